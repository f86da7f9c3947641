"""From a reading to facts: when it holds, how it is written, what it claims."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from twohop.graph.model import Granularity, Kind, Message
from twohop.llm.rules.discourse import Discourse
from twohop.llm.rules.phrase import Aside, Phrase
from twohop.llm.rules.phrases import read_phrase
from twohop.llm.rules.retell import Part, parts, tell
from twohop.llm.rules.statement import Reading
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.wording import Tense, inflected, opening
from twohop.memory.moment import When
from twohop.memory.names import normal
from twohop.memory.ports import Claim, Fact, Named, Polarity
from twohop.memory.predicates import PredicateTable
from twohop.memory.times import Reach, TimeSpan

MAX_TEXT = 300
"""Characters of a fact's text; the rules write one clause, so more means that a clause was misread."""

MAX_CUES = 6

CONTRAST = 5
"""Words that a denied value may have in "at Beta, not at Acme"."""


class Aspect(StrEnum):
    """What a verb says of a state: it holds ("works at"), begins ("joined") or ends ("left")."""

    HOLDS = "holds"
    BEGINS = "begins"
    ENDS = "ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """When and whether a state holds."""

    polarity: Polarity
    tense: Tense
    begins: When | None = None
    ends: When | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A reading in its message: all that a rule needs to write facts."""

    reading: Reading
    talk: Discourse
    message: Message
    predicates: PredicateTable
    times: tuple[TimeSpan, ...]
    span: tuple[int, int]

    @property
    def subject(self) -> Phrase:
        """Who or what it is about."""
        return self.reading.subject

    @property
    def parts(self) -> list[Part]:
        """The object and the prepositional phrases."""
        return parts(self.reading.rest, self.talk)

    def part(self, *prepositions: str) -> Part | None:
        """The first part under one of these prepositions ("" = the object)."""
        return next((part for part in self.parts if part.preposition in prepositions), None)

    def tell(self, tokens: Sequence[Token]) -> str:
        """Words retold in the third person."""
        return tell(tokens, self.talk, self.subject)

    def read(self, tokens: Sequence[Token]) -> Phrase | None:
        """What the words name, read from the first on."""
        phrase, _ = read_phrase(tokens, 0, self.talk, subject=False)
        return phrase

    @property
    def time(self) -> TimeSpan | None:
        """The clause's first time expression; in the past tense one that lies ahead belongs to something else."""
        happened = self.reading.past or self.reading.perfect
        return next((span for span in self.times if not (happened and self._lies_ahead(span))), None)

    @property
    def ahead(self) -> bool:
        """Whether the clause's time lies after the message."""
        return self.time is not None and self._lies_ahead(self.time)

    def _lies_ahead(self, span: TimeSpan) -> bool:
        zone = self.message.time_zone
        return span.begins is not None and span.begins.moment(zone).at > self.message.observed_at

    def course(self, aspect: Aspect, *, past_is_event: bool = False) -> Course | None:
        """When the state holds; None when the clause is a plan, a doubt, or says nothing of it."""
        reading = self.reading
        if reading.doubt or reading.plan:
            return None
        if reading.begins and aspect is Aspect.HOLDS:
            aspect = Aspect.BEGINS
        match aspect:
            case Aspect.HOLDS:
                return self._holds(past_is_event=past_is_event)
            case Aspect.BEGINS:
                if (
                    reading.negated
                    or reading.over
                    or reading.used
                    or not (reading.past or reading.perfect or reading.begins)
                ):
                    return None
                return Course(polarity=Polarity.AFFIRMED, tense=Tense.PRESENT, begins=self._point())
            case Aspect.ENDS:
                if reading.negated or reading.over or reading.used or not (reading.past or reading.perfect):
                    return None
                return Course(polarity=Polarity.ENDED, tense=Tense.PAST, ends=self._point())

    def _point(self) -> When | None:
        return (self.time.begins or self.time.ends) if self.time and self.time.reach is not Reach.LENGTH else None

    def _holds(self, *, past_is_event: bool) -> Course | None:  # noqa: PLR0911 - a case of the language for each branch.
        reading, time = self.reading, self.time
        reach = time.reach if time else None
        if reading.over:
            return Course(polarity=Polarity.ENDED, tense=Tense.PAST, ends=self._point())
        if reading.negated:
            if reading.past or reading.perfect:
                never = reading.never and time is None
                return Course(polarity=Polarity.NEGATED, tense=Tense.NEVER) if never else None
            return Course(polarity=Polarity.NEGATED, tense=Tense.DENIED)
        if (
            time is not None
            and reach in {Reach.SINCE, Reach.LENGTH}
            and (reading.perfect or not reading.past)
            and not reading.used
        ):
            return Course(polarity=Polarity.AFFIRMED, tense=Tense.PRESENT, begins=time.begins)
        if reading.used or (reading.past and not past_is_event and not reading.perfect):
            if time is None or reach is Reach.LENGTH:
                return Course(polarity=Polarity.ENDED, tense=Tense.PAST)
            if time.granularity in {Granularity.DAY, Granularity.WEEK} and reach is Reach.AT and not reading.used:
                return None
            return Course(polarity=Polarity.ENDED, tense=Tense.PAST, begins=time.begins, ends=time.ends)
        if reading.past or reading.perfect or self.ahead:
            return None
        return Course(polarity=Polarity.AFFIRMED, tense=Tense.PRESENT)

    def state(
        self,
        predicate: str,
        end: Phrase | str,
        *,
        aspect: Aspect = Aspect.HOLDS,
        past_is_event: bool = False,
        subject: Phrase | None = None,
        kind: Kind = Kind.STATE,
        text: str = "",
        tail: str = "",
    ) -> list[Fact]:
        """The fact that a table predicate holds, held, or doesn't hold; empty when the clause doesn't state it.

        `end` is the object, as a phrase or as a plain value. `text` is the verb phrase in third person present where
        the table's own would read badly; `tail` follows the object in the text.
        """
        course = self.course(aspect, past_is_event=past_is_event)
        if course is None:
            return []
        who = subject or self.subject
        if isinstance(end, Phrase):
            if course.tense is Tense.NEVER and not end.proper:
                return []  # "Never had a dog like that" says nothing of dogs.
            end = self.mentioned(predicate, end, who, affirmed=course.polarity is Polarity.AFFIRMED)
        verb = inflected(text or self.predicates.phrase(predicate), course.tense, plural=who.plural)
        value = end if isinstance(end, str) else end.text
        claim = Claim(
            subject=who.name,
            predicate=predicate,
            object=value if isinstance(end, str) else end.name,
            literal=isinstance(end, str),
        )
        # What ties an unnamed relative to who owns it: "Alice's sister" is Alice's sister.
        unnamed = [a for phrase in (who, end) if isinstance(phrase, Phrase) for a in phrase.asides if not known(a)]
        return [
            self.fact(
                " ".join(filter(None, (opening(who), verb, value, tail))),
                kind=kind,
                claims=(claim, *(aside.claim for aside in unnamed)),
                entities=(
                    typed(who, "person" if who.speaker else ""),
                    *(() if isinstance(end, str) else (end.named,)),
                    *(entity for aside in unnamed for entity in aside.entities),
                ),
                course=course,
            ),
            *self.asides(who, end),
        ]

    def told(self, predicate: str) -> bool:
        """Whether something was said before of the subject under this predicate."""
        names = self.talk.names_of(self.subject.name)
        return any(
            fact.claims and fact.claims[0].predicate == predicate and normal(fact.claims[0].subject) in names
            for fact in self.talk.facts
        )

    def mentioned(
        self, predicate: str, end: Phrase, subject: Phrase | None = None, *, affirmed: bool = False
    ) -> Phrase:
        """The one value said before that a part of its name means: "the zoo" is Dublin Zoo, "Acme" is Acme Labs.

        What begins may be another zoo, so that an affirmed statement needs a name.
        """
        if end.speaker or end.owner or not (end.proper or (end.determiner == "the" and not affirmed)):
            return end
        names, part = self.talk.names_of((subject or self.subject).name), normal(end.name).split()
        same = {
            (named.name, named.type)
            for fact in self.talk.facts
            if fact.polarity is Polarity.AFFIRMED and fact.claims and fact.claims[0].predicate == predicate
            for named in fact.entities
            if named.name == fact.claims[0].object and normal(fact.claims[0].subject) in names
        }
        if any(normal(name) == normal(end.name) for name, _ in same):
            return end
        longer = [(name, kind) for name, kind in same if abridged(part, normal(name).split())]
        if len(longer) != 1:
            return end
        name, kind = longer[0]
        return replace(end, name=name, text=name, type=end.type or kind, proper=end.proper or name[:1].isupper())

    def fact(
        self,
        text: str,
        *,
        kind: Kind,
        claims: tuple[Claim, ...],
        entities: tuple[Named, ...],
        course: Course,
        correction: bool = False,
    ) -> Fact:
        """A fact with its quote, cues and cardinality."""
        claims = tuple(
            Claim(
                subject=c.subject, predicate=self.predicates.normalise(c.predicate), object=c.object, literal=c.literal
            )
            for c in dict.fromkeys(claims)
        )
        main = claims[0].predicate if claims else ""
        kinds = [word for named in entities[1:] for word in named.kinds]
        return Fact(
            text=text[:1].upper() + text[1:],
            kind=kind,
            claims=claims,
            entities=merged(entities),
            polarity=course.polarity,
            cardinality=self.predicates.cardinality(main),
            correction=correction,
            valid_from=course.begins,
            valid_to=course.ends,
            quote=self.message.content[self.span[0] : self.span[1]],
            sources=(self.message.id,),
            cues=tuple(dict.fromkeys([*kinds, *self.predicates.cues(main)]))[:MAX_CUES],
        )

    def asides(self, *ends: Phrase | str | None) -> list[Fact]:
        """What the phrases themselves say: "my sister Emma", "the Platform team at Acme"."""
        facts: list[Fact] = []
        for end in ends:
            if isinstance(end, Phrase):
                facts.extend(self.aside(one) for one in end.asides if known(one))
        return facts

    def aside(self, one: Aside) -> Fact:
        """A statement inside a noun phrase as a fact."""
        holds = Course(polarity=Polarity.AFFIRMED, tense=Tense.PRESENT)
        return self.fact(one.text, kind=Kind.STATE, claims=(one.claim,), entities=one.entities, course=holds)

    def contrast(self) -> tuple["Scene", str]:
        """The scene without a closing ", not Acme", and the value that is denied there; empty when there is none."""
        rest = list(self.reading.rest)
        at = next((i for i, t in enumerate(rest) if t.low == "not" and i and rest[i - 1].text == ","), None)
        if at is None or not 1 <= len(rest) - at - 1 <= CONTRAST:
            return self, ""
        denied = [t for t in rest[at + 1 :] if t.low not in {"at", "in", "for", "to", "the", "a", "an"}]
        wrong = tell(denied, self.talk, self.subject)
        return replace(self, reading=replace(self.reading, rest=tuple(rest[: at - 1]))), wrong


def abridged(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether some words are how a longer name begins or ends."""
    size = len(part)
    return 0 < size < len(whole) and (list(whole[:size]) == list(part) or list(whole[-size:]) == list(part))


def known(aside: Aside) -> bool:
    """Whether both ends have names, so that the aside is a fact of its own."""
    return all(entity.proper or entity.name == "user" for entity in aside.entities)


def typed(phrase: Phrase, kind: str) -> Named:
    """The entity, with a type where the phrase alone has none."""
    own = phrase.named
    return Named(name=own.name, type=own.type or kind, proper=own.proper, kinds=own.kinds)


def merged(entities: Sequence[Named]) -> tuple[Named, ...]:
    """One entry an entity."""
    found: dict[str, Named] = {}
    for one in entities:
        known = found.get(one.name, one)
        kinds = tuple(dict.fromkeys((*known.kinds, *one.kinds)))
        found[one.name] = Named(
            name=one.name, type=known.type or one.type, proper=known.proper or one.proper, kinds=kinds
        )
    return tuple(found.values())
