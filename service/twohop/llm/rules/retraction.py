"""Jokes taken back: "April Fools!", "just kidding"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from twohop.graph.model import Message
from twohop.llm.rules.corrections import deny
from twohop.memory.ports import Fact, Polarity

JOKE = re.compile(
    r"^\W*(?:(?:ha(?:ha)*|he(?:he)+|lol|ok|okay|sorry|no|nah|well|relax|oh)\b\W*)*"
    r"(?:(?:happy )?april fools?(?:['\u2019]?s?)?(?: day| joke)?"
    r"|(?:(?:i|we) (?:was|were|am)|i['\u2019]m)? ?(?:just |only )?(?:kidding|joking|jk)"
    r"|(?:that|it) was (?:just |only )?a joke)(?: (?:of course|obviously|guys|everyone))?\W*$",
    re.IGNORECASE,
)
"""A whole sentence that takes back what was said just before; "I was joking about Berlin" says more than that."""


def is_joke(text: str) -> bool:
    """Whether a sentence takes back what was said just before."""
    return JOKE.match(text) is not None


def taken_back(facts: Sequence[Fact], before: str, quote: str, message: Message) -> list[Fact]:
    """The denials of what the speaker's last message, `before`, stated; none unless it stated one thing.

    Of a message with two statements a joke may mean either.
    """
    said = [fact for fact in facts if before and fact.sources == (before,) and fact.polarity is Polarity.AFFIRMED]
    if len({fact.quote for fact in said}) != 1:
        return []
    return [
        replace(
            fact,
            text=deny(fact.text),
            polarity=Polarity.NEGATED,
            correction=True,
            quote=quote,
            sources=(message.id,),
            valid_from=None,
            valid_to=None,
        )
        for fact in said
    ]
