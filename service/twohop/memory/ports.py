"""What the core asks of language models: an extractor (phase 1), a judge (phase 2), a summariser, and their nouns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from twohop.errors import ModelCallsSpent
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
    """What model calls cost, also those that failed.

    `repair_calls` asked again after an answer that broke the schema, `rejudge_calls` after a concurrent commit; neither
    is among the other calls. A call counts once, however many HTTP requests it took. `tokens_full_context`: what a
    prompt with all messages of the session so far would have cost.
    """

    extract_calls: int = 0
    judge_calls: int = 0
    repair_calls: int = 0
    rejudge_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    tokens_full_context: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(**{name: getattr(self, name) + getattr(other, name) for name in self.__slots__})


class Phase(StrEnum):
    """What a model is called for."""

    EXTRACT = "extract"
    JUDGE = "judge"
    REPAIR = "repair"
    REJUDGE = "rejudge"
    SUMMARISE = "summarise"


CALLS = 6
"""Most model calls of one try at one chunk: twice what the normal path takes, for repairs and re-judging, and half."""


class Calls:
    """The model calls of one try at one chunk: counted before they are made, so that there are never more than `most`.

    A call is one question to a model. The HTTP requests that it repeats after a connection error, a 429 or a 5xx are
    the same call: the model's deadline and its own bound of retries hold for them. The next try of a job that waits
    for a model has new calls; how often it is tried is bounded too (`WriteSettings.attempts`).
    """

    def __init__(self, most: int = CALLS) -> None:
        self.left = most
        self.made: list[tuple[Phase, Usage]] = []
        """Every call with the tokens it cost, in order."""

    def begin(self, phase: Phase) -> None:
        """Count a call that is about to be made. The judge's second question is a re-judging.

        Raises:
            ModelCallsSpent: none is left.
        """
        if not self.left:
            raise ModelCallsSpent("this try made all the model calls it may; what is left waits for the next one")
        self.left -= 1
        again = phase is Phase.JUDGE and any(made is Phase.JUDGE for made, _ in self.made)
        self.made.append((Phase.REJUDGE if again else phase, Usage()))

    def cost(self, tokens: Usage) -> None:
        """What the last call cost."""
        phase, _ = self.made[-1]
        self.made[-1] = (phase, tokens)

    @property
    def usage(self) -> Usage:
        """The cost of all of them together. Of a summary only repairs are counted as calls, since it is one call."""
        usage = Usage()
        for phase, tokens in self.made:
            usage += tokens
            if phase is not Phase.SUMMARISE:
                usage += Usage(**{f"{phase}_calls": 1})
        return usage


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractionRequest:
    """The three inputs of phase 1. Only `exchange` is extracted from; `recent` and `summary` are context.

    `instructions`: the operator's, about what matters and how to word it; rules can't follow them. `categories`: those
    that facts are to be labelled with, if any.
    """

    exchange: Sequence[Message]
    recent: Sequence[Message] = ()
    summary: str = ""
    owner_is_agent: bool = False
    instructions: str = ""
    categories: Sequence[str] = ()


QUOTE_NOT_FOUND = "QUOTE_NOT_FOUND"
"""The reason of a fact whose quote stands in no message: dropped as unfounded, not failed."""

RECALLED = "RECALLED"
"""The reason of a fact that only repeats a memory which the caller pasted into a message."""

INSTRUCTION = "INSTRUCTION"
"""The reason of a fact that rests on a wish to forget, delete or ignore, which is no evidence."""

UNFOUNDED = frozenset({QUOTE_NOT_FOUND, RECALLED, INSTRUCTION})
"""Reasons of facts that are dropped: nothing failed, there was nothing to keep."""


CATEGORY_IGNORED = "CATEGORY_IGNORED"
"""The reason of a fact that the agent's configuration doesn't want kept."""

UNWANTED = UNFOUNDED | {CATEGORY_IGNORED}
"""Reasons of facts that are dropped on purpose: nothing failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A fact that the extractor gave and that can't be kept.

    `reason` is an error's reason or one of `UNWANTED`, `detail` says more.
    """

    text: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What phase 1 gives: facts, what was dropped and why, and who decided (model id or `rules`)."""

    facts: tuple[Fact, ...]
    decider: str
    dropped: tuple[Dropped, ...] = ()


class Immediate:
    """Marks an extractor or a judge that asks nobody: what it gives is there at once, and costs nothing again."""


class Extractor(Protocol):
    """Phase 1. Raises `ModelError` when the whole call failed."""

    async def extract(self, request: ExtractionRequest, calls: Calls, /) -> Extraction:
        """Facts worth keeping, in the order said. `calls` are those it may make; it records there what they cost."""
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

    `target` is the number of a candidate. ADD has none, or the one that it holds beside ("a second job"). `text` is
    the merged text of an UPDATE. `error` is set when this one verdict was unusable (an error's reason): the fact
    then waits or falls back, it is never lost. `decider`: who decided this one, when it isn't the judgement's
    decider (a fallback took over for it).
    """

    operation: Operation
    target: int | None = None
    text: str = ""
    reason: str = ""
    error: str = ""
    decider: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One verdict a question, in order, and who decided."""

    verdicts: tuple[Verdict, ...]
    decider: str


class Judge(Protocol):
    """Phase 2. Raises `ModelError` when the whole call failed."""

    async def judge(self, questions: Sequence[Question], calls: Calls, /) -> Judgement:
        """Decide all questions in one call. `calls` are those it may make; it records there what they cost."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRequest:
    """A session's summary so far (empty at first), the messages that came after it, and the most characters."""

    previous: str
    messages: Sequence[Message]
    chars: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A session in few words; `author` wrote it: a model's id, or `extractive`."""

    text: str
    author: str


class Summariser(Protocol):
    """The rolling summary. Raises `ModelError` when the call failed."""

    async def summarise(self, request: SummaryRequest, calls: Calls, /) -> Summary:
        """What took place so far: the old summary and the new messages in one text."""
        ...


@dataclass(frozen=True, slots=True)
class Models:
    """The deployment's extractor, judge and summariser.

    `named` gives the first two with another model (None = no model is configured).
    """

    extractor: Extractor
    judge: Judge
    summariser: Summariser
    named: Callable[[str], tuple[Extractor, Judge]] | None = None
