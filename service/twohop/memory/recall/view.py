"""What one recall may see: the owner, both times, and what narrows it. Everything it reads is checked against this."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from twohop.graph.model import Axes, Evidence, Memory, Message, Narrowing, Owner
from twohop.memory.api import Filter, RecallRequest
from twohop.memory.narrowing import visible
from twohop.memory.recall.asked_time import Clause, Span, clause_of, history, named_time
from twohop.memory.recall.question import Question
from twohop.vector.model import Where


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The state that a recall reads.

    `axes`: world time None = closed facts too. `at`: the world time asked about, in any case. `then`: the past time
    that the question's words name by the calendar; `clause`: what names it by an event; `every`: it asks for all that
    something was over time; `asked`: the question without such words. `read_time`: the system time of the state.
    """

    partition: str
    axes: Axes
    at: int
    then: Span | None
    read_time: int
    narrowing: Narrowing
    filter: Filter
    clause: Clause | None = None
    every: bool = False
    asked: str = ""

    @classmethod
    def of(cls, request: RecallRequest, question: Question, owner: Owner | None, now: int) -> "View":
        """The view that a request asks for: what holds now, unless it says otherwise or asks for the past."""
        read_time = request.axes.known_at or (owner.last_time if owner else now)
        at = max(now, read_time) if request.axes.as_of is None else request.axes.as_of
        any_time = request.axes.as_of is None
        named = named_time(question.text, at) if any_time else None
        clause = clause_of(question.text) if any_time and named is None else None
        every = history(question.text) if any_time and named is None and clause is None else None
        past = question.past or question.told_as_past or bool(named or clause or every)
        closed = any_time and (request.include_closed or past)
        return cls(
            partition=request.scope.partition,
            axes=replace(request.axes, as_of=None if closed else at),
            at=at,
            then=named[0] if named else None,
            clause=clause,
            every=every is not None,
            asked=named[1] if named else clause.rest if clause else every or question.text,
            read_time=read_time,
            narrowing=request.scope.narrows,
            filter=request.where,
        )

    @property
    def messages(self) -> Where:
        """What the index leaves in of messages: world time does not hide what was said."""
        return Where(
            known_at=self.axes.known_at,
            run_id=self.narrowing.run_id,
            agent_id=self.narrowing.agent_id,
            observed_from=self.filter.observed_from,
            observed_to=self.filter.observed_to,
            runs=self.filter.run_ids,
        )

    @property
    def facts(self) -> Where:
        """What the index leaves in of memories and relations."""
        return replace(
            self.messages,
            as_of=self.axes.as_of,
            fact_kinds=tuple(kind.value for kind in self.filter.kinds),
            categories=self.filter.categories,
        )

    @property
    def relations(self) -> Where:
        """As `facts`; a relation has no kind and no category of its own."""
        return replace(self.messages, as_of=self.axes.as_of)

    @property
    def about_memories(self) -> bool:
        """Whether the filter asks for something that only memories have: messages are then no results of their own."""
        where = self.filter
        return bool(where.kinds or where.categories or where.entity_ids or where.metadata)

    def sees_message(self, message: Message) -> bool:
        """Whether a message is part of the answer."""
        return (self.axes.known_at is None or message.recorded_at <= self.axes.known_at) and self._left_in(message)

    def seen(self, memories: Iterable[Memory]) -> Iterator[Memory]:
        """The memories that may be answers, each with the evidence alone that may be shown.

        Never a disputed or expired one, nor one yet to hold, nor one that rests on nothing that the scope and the
        filter leave in.
        """
        for memory in memories:
            revision = memory.revision
            if (
                revision.disputed
                or (revision.expires_at is not None and self.at >= revision.expires_at)
                or revision.validity.valid_from.at > self.at
            ):
                continue
            evidence = tuple(row for row in memory.evidence if self._left_in(row))
            if evidence or self._written(memory):
                yield memory if len(evidence) == len(memory.evidence) else replace(memory, evidence=evidence)

    def _written(self, memory: Memory) -> bool:
        """Whether a caller wrote it, in no run and by no agent, within the filter's time."""
        return (
            not memory.evidence
            and not self.filter.run_ids
            and self.narrowing == Narrowing()
            and self._observed(memory.revision.recorded_at)
        )

    def _left_in(self, said: Message | Evidence) -> bool:
        """Whether the scope and the filter leave in what was said, by its run, agent and time."""
        return (
            visible(said, self.narrowing)
            and (not self.filter.run_ids or said.run_id in self.filter.run_ids)
            and self._observed(said.observed_at)
        )

    def _observed(self, at: int) -> bool:
        """Whether an instant lies within the filter's time."""
        where = self.filter
        return (where.observed_from is None or at >= where.observed_from) and (
            where.observed_to is None or at < where.observed_to
        )

    def closed(self, memory: Memory) -> bool:
        """Whether a memory no longer holds at the time asked about."""
        return not memory.revision.validity.holds(self.at)

    def wanted(self, memory: Memory) -> bool:
        """Whether the filter leaves a memory in."""
        revision = memory.revision
        where = self.filter
        ends = {end for triple in revision.triples for end in (triple.subject_id, triple.object_id)}
        return (
            (not where.kinds or revision.kind in where.kinds)
            and (not where.categories or bool(set(where.categories) & set(revision.categories)))
            and (not where.entity_ids or bool(ends & set(where.entity_ids)))
            and all(revision.metadata.get(name) == value for name, value in where.metadata.items())
        )


def sources(memory: Memory) -> tuple[str, ...]:
    """The messages that a memory rests on, oldest evidence first."""
    return unique(row.message_id for row in memory.evidence)


def unique(ids: Iterable[str]) -> tuple[str, ...]:
    """Distinct ids in order."""
    return tuple(dict.fromkeys(ids))
