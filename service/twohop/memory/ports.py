"""What the core asks of language models: an extractor (phase 1) and a judge (phase 2), and their nouns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from twohop.graph.model import Kind, Message, Operation
from twohop.memory.moment import When


class Polarity(StrEnum):
    """Whether the speaker says that it holds, that it stopped holding, or that it isn't (and wasn't) so."""

    AFFIRMED = "affirmed"
    ENDED = "ended"
    NEGATED = "negated"


class Cardinality(StrEnum):
    """How many values a subject has at a time, in the extractor's opinion; used where the predicate table is silent."""

    ONE = "one"
    MANY = "many"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An entity as the extractor saw it: `name` as written (the speaker's name for "I"), its coarse type.

    `type`: person, organisation, place, thing, event or empty. `proper`: a proper name, not a phrase. `kinds`: common
    words for what it is ("dog", "city"), lower case.
    """

    name: str
    type: str = ""
    proper: bool = False
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An unresolved triple: names, not ids. `literal` = the object is a date, amount or other plain value."""

    subject: str
    predicate: str
    object: str
    literal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing worth remembering, as an extractor or a caller gives it.

    `claims[0]`, if any, is the fact's own triple. `quote` is a span of a message, word for word; `sources` are message
    ids, used in place of a quote by replayed and caller-given facts (evidence is then the whole message). `correction`
    = the speaker corrects what was said before ("no, it was Berlin"), so the old value never held. `cues`: up to six
    words by which someone would ask for it. `valid_from`/`valid_to` None = the text names no time.
    """

    text: str
    kind: Kind = Kind.STATE
    claims: tuple[Claim, ...] = ()
    entities: tuple[Named, ...] = ()
    polarity: Polarity = Polarity.AFFIRMED
    cardinality: Cardinality = Cardinality.UNKNOWN
    correction: bool = False
    valid_from: When | None = None
    valid_to: When | None = None
    quote: str = ""
    sources: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What model calls cost. `tokens_full_context`: what a prompt with the whole conversation would have cost."""

    extract_calls: int = 0
    judge_calls: int = 0
    repair_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    tokens_full_context: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(**{name: getattr(self, name) + getattr(other, name) for name in self.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractionRequest:
    """The three inputs of phase 1. Only `exchange` is extracted from; `recent` and `summary` are context."""

    exchange: Sequence[Message]
    recent: Sequence[Message] = ()
    summary: str = ""
    owner_is_agent: bool = False


QUOTE_NOT_FOUND = "QUOTE_NOT_FOUND"
"""The reason of a fact whose quote stands in no message: dropped as unfounded, not failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A fact that the extractor gave and that can't be kept.

    `reason` is an error's reason or `QUOTE_NOT_FOUND`, `detail` says more.
    """

    text: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What phase 1 gives: facts, what was dropped and why, who decided (model id or `rules`), and the cost."""

    facts: tuple[Fact, ...]
    decider: str
    dropped: tuple[Dropped, ...] = ()
    usage: Usage = field(default_factory=Usage)


class Extractor(Protocol):
    """Phase 1. Raises `ModelError` when the whole call failed."""

    async def extract(self, request: ExtractionRequest) -> Extraction:
        """Facts worth keeping, in the order said."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A live memory near a fact, shown to the judge under a small number (its place in `Question.candidates`)."""

    memory_id: str
    revision_id: str
    text: str
    kind: Kind
    subject: str
    predicate: str
    object: str
    valid_from: str
    pinned: bool = False
    similarity: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One fact with the memories near it."""

    fact: Fact
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judge's decision for one question: ADD, UPDATE, DELETE or NOOP.

    `target` is the number of a candidate (None for ADD). `text` is the merged text of an UPDATE. `error` is set when
    this one verdict was unusable (an error's reason): the fact then waits or falls back, it is never lost. `decider`:
    who decided this one, when it isn't the judgement's decider (a fallback took over for it).
    """

    operation: Operation
    target: int | None = None
    text: str = ""
    reason: str = ""
    error: str = ""
    decider: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One verdict a question, in order; who decided; the cost."""

    verdicts: tuple[Verdict, ...]
    decider: str
    usage: Usage = field(default_factory=Usage)


class Judge(Protocol):
    """Phase 2. Raises `ModelError` when the whole call failed."""

    async def judge(self, questions: Sequence[Question]) -> Judgement:
        """Decide all questions in one call."""
        ...
