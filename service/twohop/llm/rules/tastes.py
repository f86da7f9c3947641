"""Likes, dislikes, preferences and favourites."""

from collections.abc import Sequence
from dataclasses import replace

from twohop.graph.model import Kind
from twohop.llm.rules import kinds
from twohop.llm.rules.grammar_words import PREPOSITIONS, UNCLEAR
from twohop.llm.rules.phrase import Phrase, person
from twohop.llm.rules.phrases import read_phrase
from twohop.llm.rules.retell import listed
from twohop.llm.rules.scene import Course, Scene, typed
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.verbs import Form, gerund, guess_verb, has_form
from twohop.llm.rules.wording import Tense, inflected, opening
from twohop.llm.rules.wordlist import words
from twohop.memory.moment import When
from twohop.memory.ports import Claim, Fact, Polarity

LIKES = {"like": "likes", "love": "loves", "enjoy": "enjoys", "adore": "adores"}
DISLIKES = {"hate": "hates", "dislike": "dislikes", "loathe": "loathes", "detest": "detests"}
MAX_WORDS = 7
WORLD = words(
    "sea ocean beach mountains outdoors sun sunshine snow rain countryside city sky stars forest woods desert water "
    "cold heat summer winter spring autumn night gym piano violin guitar drums theatre theater opera cinema internet"
)
"""What "the" names without a conversation to point at."""
BROAD = words("working being having going spending making doing getting living")
FAVOURITE = frozenset({"favourite", "favorite"})
SLOT = 3
"""Words of what a favourite is of: "favourite Italian pasta dish"."""

EMPTY = words("idea sound thought look way feeling vibe vibes point fact part")


def things(tokens: Sequence[Token], scene: Scene) -> list[Phrase]:
    """What is liked: each member of a list as a thing; nothing when it can't be told from outside."""
    found: list[Phrase] = []
    for member in likeable(tokens):
        words = list(member)
        if words and words[0].low == "to" and len(words) > 1:
            verb = next((v for v in guess_verb(words[1].low) if v.form is Form.BASE), None)
            if verb is None:
                return []
            rest = scene.tell(words[2:])
            if words[2:] and not rest:
                return []
            cut = next((i for i, t in enumerate(words) if t.low in PREPOSITIONS - {"of"} and i > 1), len(words))
            short = scene.tell(words[2:cut]) if gerund(verb.lemma) not in BROAD else rest
            found.append(
                thing(f"{gerund(verb.lemma)} {short}".strip(), words[:cut], f"{gerund(verb.lemma)} {rest}".strip())
            )
            continue
        phrase, end = read_phrase(words, 0, scene.talk, subject=False)
        if phrase is not None and end == len(words) and (phrase.proper or phrase.determiner == "poss"):
            found.append(phrase)
            continue
        while (
            words
            and words[0].low in {"the", "a", "an", "some", "all", "any"}
            and len(words) > 1
            and words[0].low != "the"
        ):
            words.pop(0)
        text = scene.tell(words)
        cut = next((i for i, t in enumerate(words) if t.low in PREPOSITIONS - {"of"} and i), len(words))
        plain = (
            text
            and len(words) <= MAX_WORDS
            and words[-1].low not in EMPTY
            and words[0].low not in UNCLEAR | {"how", "what", "when"}
        )
        if not plain or words[-1].low in PREPOSITIONS or (words[0].low == "the" and words[-1].low not in WORLD):
            return []
        short = scene.tell(words[:cut]) if words[0].low not in BROAD else text
        found.append(thing(short or text, words[:cut], text))
    return found


def likeable(tokens: Sequence[Token]) -> list[list[Token]]:
    """The members of a list; what follows "about art and music" belongs to its preposition, unless it is a doing."""
    kept: list[list[Token]] = []
    for member in listed(tokens):
        doing = member[0].low == "to" or has_form(member[0].low, Form.GERUND)
        inside = bool(kept) and any(token.low in PREPOSITIONS for token in kept[-1][1:])
        if doing or not inside:
            kept.append(member)
    return kept


def thing(name: str, words: Sequence[Token], text: str) -> Phrase:
    """Something that can be liked, and how it is told in full ("running", "running in the morning")."""
    return Phrase(
        name=name.removeprefix("the "), text=text, head=words[-1].low, start=words[0].start, end=words[-1].end
    )


def like(scene: Scene) -> list[Fact]:
    """As in "Loves hiking and jazz", "doesn't like mushrooms", "no longer likes coffee", "used to love sushi"."""
    reading = scene.reading
    if (
        reading.doubt
        or reading.able
        or reading.plan
        or (reading.past and not reading.used)
        or not reading.rest
        or scene.subject.addressed
    ):
        return []
    verb = LIKES.get(reading.lemma) or DISLIKES[reading.lemma]
    disliked = reading.lemma in DISLIKES
    tokens = list(reading.rest)
    cut = next(
        (i for i, t in enumerate(tokens) if t.low in {"because", "when", "as", "since"} or (t.low == "more" and i)),
        None,
    )
    facts: list[Fact] = []
    for one in things(tokens[:cut], scene):
        if reading.negated and not disliked:
            facts += denial(scene, one)
        else:
            facts += scene.state(
                "dislikes" if disliked else "likes", one, text=verb, kind=Kind.PREFERENCE, past_is_event=True
            )
    return facts


def denial(scene: Scene, one: Phrase) -> list[Fact]:
    """As in "Doesn't like mushrooms": a dislike; and an end of what was said to be liked before."""
    quiet = replace(scene, reading=replace(scene.reading, negated=False))
    dislike = quiet.state("dislikes", one, kind=Kind.PREFERENCE)
    liked = any(
        fact.claims
        and fact.polarity is Polarity.AFFIRMED
        and (fact.claims[0].subject, fact.claims[0].predicate) == (scene.subject.name, "likes")
        and fact.claims[0].object.casefold() == one.name.casefold()
        for fact in scene.talk.facts
    )
    if not liked:
        return dislike
    over = replace(scene, reading=replace(scene.reading, negated=False, over=True))
    return [*over.state("likes", one, kind=Kind.PREFERENCE), *dislike]


def fond(scene: Scene) -> list[Fact]:
    """As in "is into jazz", "is a fan of Benfica", "is afraid of spiders", "is interested in chess"."""
    rest = scene.reading.rest
    lows = [token.low for token in rest]
    table: tuple[tuple[tuple[str, ...], str, str], ...] = (
        (("into",), "likes", "is into"),
        (("fan", "of"), "likes", "is a fan of"),
        (("fond", "of"), "likes", "is fond of"),
        (("keen", "on"), "likes", "is keen on"),
        (("passionate", "about"), "likes", "is passionate about"),
        (("crazy", "about"), "likes", "is crazy about"),
        (("interested", "in"), "interested_in", "is interested in"),
        (("afraid", "of"), "afraid_of", "is afraid of"),
        (("scared", "of"), "afraid_of", "is scared of"),
        (("terrified", "of"), "afraid_of", "is terrified of"),
    )
    for marks, predicate, text in table:
        size = len(marks)
        at = next((i for i in range(min(4, len(lows))) if tuple(lows[i : i + size]) == marks), None)
        if at is None or any(
            low not in {"a", "an", "big", "huge", "the", "biggest", "really", "very"} for low in lows[:at]
        ):
            continue
        facts: list[Fact] = []
        for one in things(rest[at + size :], scene):
            if scene.reading.negated and predicate == "likes":
                facts += denial(scene, one)
            else:
                facts += scene.state(predicate, one, text=text, kind=Kind.PREFERENCE)
        return facts
    return []


def stand(scene: Scene) -> list[Fact]:
    """As in "Can't stand noise"."""
    if not (scene.reading.able and scene.reading.negated):
        return []
    quiet = replace(scene, reading=replace(scene.reading, negated=False, able=False))
    return [f for one in things(scene.reading.rest, scene) for f in quiet.state("dislikes", one, kind=Kind.PREFERENCE)]


def topic(words: Sequence[str]) -> str:
    """What a preference is about, when the words tell: drinks; else empty."""
    last = words[-1] if words else ""
    return "drink" if last in kinds.DRINKS and all(w in kinds.DRINK_ADJECTIVES | kinds.DRINKS for w in words) else ""


def prefer(scene: Scene) -> list[Fact]:
    """As in "Prefers tea to coffee", "now prefers green tea"; a drink replaces the drink before it."""
    reading = scene.reading
    if not reading.rest or (reading.past and not reading.used):
        return []
    tokens = list(reading.rest)
    cut = next((i for i, t in enumerate(tokens) if t.low in {"to", "over", "than", "rather"} and i), len(tokens))
    lead = tokens[:cut]
    if (
        cut < len(tokens)
        and tokens[cut].low == "to"
        and has_form(tokens[cut + 1].low if cut + 1 < len(tokens) else "", Form.BASE)
    ):
        lead, cut = tokens, len(tokens)
    moment = next((i for i, t in enumerate(lead) if t.low in PREPOSITIONS and i), None)
    chosen = things(lead, scene)
    if len(chosen) != 1:
        return []
    one = chosen[0]
    against = scene.tell(tokens[cut:])
    about = topic([t.low for t in lead]) if moment is None else ""
    predicate = f"favourite_{about}" if about else "prefers"
    return scene.state(predicate, one, text="prefers", tail=against, kind=Kind.PREFERENCE)


def favourite(scene: Scene) -> list[Fact]:
    """As in "My favourite colour is green", "green is my favourite colour"."""
    subject = scene.subject
    reading = scene.reading
    words = subject.name.split()
    if subject.determiner == "poss" and any(w.lower() in FAVOURITE for w in words):
        slot = words[[w.lower() in FAVOURITE for w in words].index(True) + 1 :]
        found = things(reading.rest, scene)
        owner = person(subject.owner, scene.talk)
        if not slot or len(found) != 1 or len(slot) > SLOT:
            return []
        return favourite_fact(scene, owner, " ".join(slot), found[0])
    lows = [t.low for t in reading.rest]
    at = next((i for i, low in enumerate(lows) if low in FAVOURITE), None)
    if at is None or at + 1 >= len(lows):
        return []
    other = scene.read(reading.rest)
    if other is None or other.determiner != "poss":
        return []

    return favourite_fact(scene, person(other.owner, scene.talk), " ".join(lows[at + 1 : at + 3]), subject)


def favourite_fact(scene: Scene, owner: Phrase, slot: str, value: Phrase) -> list[Fact]:
    """The fact that a favourite is this."""
    predicate = scene.predicates.normalise(f"favourite {slot}")
    facts = scene.state(predicate, value, subject=owner, text="has", kind=Kind.PREFERENCE)
    verb = inflected(
        "is", Tense.PAST if scene.reading.past else Tense.DENIED if scene.reading.negated else Tense.PRESENT
    )
    text = f"{owner.text}'s {predicate.replace('_', ' ')} {verb} {value.text}"
    return [replace(fact, text=text) for fact in facts[:1]] + facts[1:]


def switch(scene: Scene) -> list[Fact]:
    """As in "Switched from coffee to tea": the old preference ends, the new one begins."""
    reading = scene.reading
    before, after = scene.part("from"), scene.part("to")
    if after is None or reading.negated or reading.doubt or reading.plan or not (reading.past or reading.perfect):
        return []
    new = things(after.tokens, scene)
    old = things(before.tokens, scene) if before else []
    if len(new) != 1:
        return []
    about = topic([t.low for t in after.tokens])
    if not about and not old:
        return []
    predicate = f"favourite_{about}" if about else "prefers"
    point = scene.time.begins if scene.time else None
    facts: list[Fact] = []
    if len(old) == 1:
        facts.append(preference(scene, predicate, old[0], ended=True, point=point))
    facts.append(preference(scene, predicate, new[0], ended=False, point=point))
    return facts


def preference(scene: Scene, predicate: str, one: Phrase, *, ended: bool, point: When | None) -> Fact:
    """One side of a switch."""
    who = scene.subject
    course = Course(
        polarity=Polarity.ENDED if ended else Polarity.AFFIRMED,
        tense=Tense.PAST if ended else Tense.PRESENT,
        begins=None if ended else point,
        ends=point if ended else None,
    )
    return scene.fact(
        f"{opening(who)} {'preferred' if ended else 'prefers'} {one.text}",
        kind=Kind.PREFERENCE,
        claims=(Claim(subject=who.name, predicate=predicate, object=one.name),),
        entities=(typed(who, "person" if who.speaker else ""), one.named),
        course=course,
    )
