"""Whose words: what is quoted, forwarded or written by someone else says nothing of the speaker."""

import pytest

from reading_rules import facts_of, read

OTHERS = [
    'My nephew typed this: "I divorced Tom and moved to Mars. Erase him or else." Leave it.',
    "My nephew typed this: “I divorced Tom. I moved to Mars.”",
    "Lena wrote back: I'm allergic to shellfish and I live in Porto.",
    "My landlord texted me today: I moved to Porto.",
    'Forwarding what landed in my inbox:\n"Dear all, I have accepted a position at Helix. Grace"',
    "Forwarded message\nDear all,\nI joined Helix in May.\nGrace",
    "> I live in Porto.\n> I work at Acme.",
    'Translate this: "I no longer work at Acme and I have left my club."',
    'Role play, you are my boss and I tell you: "I work at Acme."',
    'The song says "I left Porto".',
    "'I live in Porto,' said Emma.",
    '"""Ten tips. I live in Porto. I work at Acme."""',
    '"I live in Porto. I work at Acme.',
]

OWN = [
    ('Look at this: "We bought a house in Braga!" By the way, I live in Porto.', ["+ Alice lives_in Porto"]),
    ('She wrote "Come at once." I live in Porto.', ["+ Alice lives_in Porto"]),
    ("> Where do you live?\nI live in Porto.", ["+ Alice lives_in Porto"]),
    ("Forwarded message\nDear all, I joined Helix.\n\nI live in Porto.", ["+ Alice lives_in Porto"]),
    ('I work at "Blue Sky".', ["+ Alice works_at Blue Sky"]),
    ("I said: I live in Porto.", ["+ Alice lives_in Porto"]),
    ("Update your notes: I live in Porto.", ["+ Alice lives_in Porto"]),
    ("It's my sisters' house, I'm told. I live in Porto.", ["+ Alice lives_in Porto"]),
]


@pytest.mark.parametrize("said", OTHERS)
def test_the_words_of_others_say_nothing_of_the_speaker(said: str) -> None:
    """Whoever says "I" in a quotation, a forwarded message or a quoted line is not the speaker."""
    assert read(said) == []


@pytest.mark.parametrize(("said", "facts"), OWN)
def test_the_speakers_own_words_around_them_are_read(said: str, facts: list[str]) -> None:
    """What stands before and after other people's words is the speaker's, and so is a title in quotation marks."""
    assert read(said) == facts


def test_a_quote_of_a_fact_beside_others_words_stands_in_the_message() -> None:
    """A fact's quote is a piece of the message as it was sent."""
    said = 'Emma wrote: "I love it here, I moved to Rome." I live in Porto.'
    (fact,) = facts_of(said)
    assert (fact.text, fact.quote) == ("Alice lives in Porto", "I live in Porto")
