"""Facts against the question: by meaning, by words and cues, and by how well their source messages rank."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from twohop.graph.model import Entity, Granularity, Memory, Revision
from twohop.memory.predicates import PredicateTable
from twohop.memory.recall.dates import tells_time
from twohop.memory.recall.first_stage import Ranked, scaled_or_zero
from twohop.memory.recall.question import Asks, Question, Wanted
from twohop.memory.recall.scale import minmax
from twohop.memory.recall.search import Lists
from twohop.memory.recall.view import sources
from twohop.vector.sparse import stems_of

KEPT = 5
"""Facts that speak for the question; 10 to 20 lose 6 to 16 points on MuSiQue (development half)."""

LEADING = 7
"""Facts from which ways lead on: the one that matters is often behind others of the same thing (+2 @5 beside 5)."""

LEADING_EACH = 3
"""Facts of each thing that the question names that lead on too: of two films to compare one can fill all places."""

OWN_SCALE = 0.25
"""How far they are weighed against the best fact of their own thing, and not of all (2Wiki all @8: 84 to 86)."""

SOURCES = 0.3
"""Share of the best source message in a fact's score (measured there and on LoCoMo; .3 to .5 differ by noise)."""

WORDED = 16_384
"""Facts of which the words are kept, some 1 kB each."""

HYDRATED = 50
"""Facts that are read from the ledger, best first: no fact below had a place among the kept ones."""

KIND = 0.15
"""For the kind of thing that is asked for, in cosine (generated one-hop questions, first three: 71 to 92 %)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A memory with its score against the question. `cosine`: of its text; `stems`: of its text and cues."""

    memory: Memory
    score: float
    cosine: float
    stems: frozenset[str]

    @property
    def sources(self) -> tuple[str, ...]:
        """The messages it rests on."""
        return sources(self.memory)

    @property
    def ends(self) -> tuple[str, ...]:
        """The entities it is about."""
        ends = (end for triple in self.memory.revision.triples for end in (triple.subject_id, triple.object_id))
        return tuple(dict.fromkeys(end for end in ends if end))


def best_points(lists: Lists, share: float) -> dict[str, float]:
    """Revision id -> f, the weighted sum of both lists; `share` is that of the lexical one."""
    lexical = minmax(
        {one: lists.lexical.get(one, 0.0) for one in (*lists.ids, *lists.dense, *lists.lexical)}, lists.ids
    )
    dense = minmax(lists.dense, lists.ids)
    return {one: share * lexical[one] + (1 - share) * dense.get(one, 0.0) for one in lexical}


def score_facts(
    points: Mapping[str, float],
    lists: Lists,
    memories: Mapping[str, Memory],
    words: "FactWords",
    ranked: Ranked,
) -> list[Fact]:
    """The facts behind points, best first: f, and the best of their source messages."""
    highest = max(points.values(), default=0.0)
    found: dict[str, Fact] = {}
    for point, value in points.items():
        memory = memories.get(lists.memory.get(point, ""))
        if memory is None:
            continue
        from_sources = scaled_or_zero(ranked, sources(memory))
        score = (1 - SOURCES) * (value / highest if highest else 0.0) + SOURCES * from_sources
        if memory.id not in found or score > found[memory.id].score:
            found[memory.id] = Fact(
                memory=memory,
                score=score,
                cosine=lists.dense.get(point, 0.0),
                stems=words(memory),
            )
    return sorted(found.values(), key=lambda fact: (-round(fact.score, 6), -fact.memory.created_at, fact.memory.id))


def leading_on(found: Sequence[Fact], named: Iterable[str]) -> list[Fact]:
    """Of the facts, best first, those from which ways lead on. `named`: the entities that the question names."""
    kept = {fact.memory.id: fact for fact in found[:LEADING]}
    for one in named:
        own = [fact for fact in found if one in fact.ends][:LEADING_EACH]
        for fact in own:
            nearer = (found[0].score / own[0].score) ** OWN_SCALE if own[0].score > 0 else 1.0
            known = kept.get(fact.memory.id)
            if known is None or known.score < fact.score * nearer:
                kept[fact.memory.id] = replace(fact, score=fact.score * nearer)
    return list(kept.values())


@dataclass(frozen=True, slots=True)
class Worded:
    """By what a fact is asked for: the stems of its text and cues, its cues and those of its predicates, and a phrase.

    The phrase is what it says of its subject without naming anything: its predicates and cues.
    """

    stems: frozenset[str]
    cues: tuple[str, ...]
    phrase: str


class FactWords:
    """The words by which facts are asked for. It keeps what it has looked up: share one in a process.

    `at_large`: what the relations of the predicate table say, as phrases; `asking`: the stems of their cues.
    """

    def __init__(self, predicates: PredicateTable) -> None:
        self._predicates = predicates
        self.at_large = predicates.phrases
        self.asking = frozenset(stems_of(" ".join(cue for name in predicates.rows for cue in predicates.cues(name))))
        self._worded: OrderedDict[str, Worded] = OrderedDict()

    def __call__(self, memory: Memory) -> frozenset[str]:
        """The stems of one fact."""
        return self.of(memory).stems

    def of(self, memory: Memory) -> Worded:
        """The words of one fact."""
        # What a revision says never changes.
        found = self._worded.get(memory.revision.id)
        if found is None:
            found = self._worded[memory.revision.id] = self._read(memory.revision)
            if len(self._worded) > WORDED:
                self._worded.popitem(last=False)
        return found

    def _read(self, revision: Revision) -> Worded:
        predicates = [triple.predicate for triple in revision.triples]
        asked = tuple(cue for predicate in predicates for cue in self._predicates.cues(predicate))
        cues = tuple(dict.fromkeys((*revision.cues, *asked)))
        own = stems_of(" ".join((revision.text, *revision.cues)))
        return Worded(
            stems=frozenset((*own, *stems_of(" ".join(asked)))),
            cues=cues,
            phrase=" ".join((*map(self._predicates.phrase, predicates), *cues)),
        )

    def of_the_other_end(self, predicate: str, *, forward: bool) -> frozenset[str]:
        """Words for the end that a relation is walked from, and not for the one that it leads to."""
        subject, target = self._predicates.roles(predicate)
        return subject - target if forward else target - subject


def listed_score(fact: Fact, question: Question, entities: Mapping[str, Entity], named: Collection[str]) -> float:
    """A fact's score among facts: its own, its cosine, and whether it ends in the kind of thing asked for."""
    return fact.score + fact.cosine + kind_asked(fact, question, entities, named)


def kind_asked(fact: Fact, question: Question, entities: Mapping[str, Entity], named: Collection[str]) -> float:
    """What a fact gets for ending in the kind of thing that is asked for, other than what the question names."""
    far = [entities[end] for end in fact.ends if end in entities and end not in named]
    return KIND if answers(question, fact.memory, far) else 0.0


def answers(question: Question, memory: Memory, far: Iterable[Entity]) -> bool:
    """Whether a fact ends in what is asked for: an entity of that kind, or a date when the question asks when."""
    if question.asks is Asks.WHEN:
        known = memory.revision.validity.valid_from.granularity not in {Granularity.UNKNOWN, Granularity.INSTANT}
        return known or any(tells_time(triple.literal) for triple in memory.revision.triples)
    return any(is_a(entity, question.wanted) for entity in far)


def is_a(entity: Entity, wanted: Wanted) -> bool:
    """Whether an entity is of a kind."""
    return bool(wanted.type and entity.type == wanted.type) or bool(wanted.word and wanted.word in entity.kinds)
