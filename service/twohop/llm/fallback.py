"""A second extractor or judge for when the model fails: what it gives is recorded under its own name."""

from collections.abc import Sequence
from dataclasses import replace

from twohop.errors import ModelContextExceeded, ModelError
from twohop.memory.ports import Calls, Extraction, ExtractionRequest, Extractor, Judge, Judgement, Question, Verdict

Errors = tuple[type[ModelError], ...]


class FallbackExtractor:
    """An `Extractor` that turns to `secondary` when `primary` raises one of `on`; other errors are raised on.

    An exchange too long for the primary is raised on too while it can be cut: its parts may fit.
    """

    def __init__(self, primary: Extractor, secondary: Extractor, *, on: Errors = (ModelError,)) -> None:
        self._primary = primary
        self._secondary = secondary
        self._on = on

    async def extract(self, request: ExtractionRequest, calls: Calls) -> Extraction:
        """The primary's facts, or the secondary's with its decider."""
        try:
            return await self._primary.extract(request, calls)
        except self._on as e:
            if isinstance(e, ModelContextExceeded) and len(request.exchange) > 1:
                raise
            return await self._secondary.extract(request, calls)


class FallbackJudge:
    """A `Judge` that turns to `secondary` when `primary` raises one of `on`; other errors are raised on.

    A single verdict that was unusable for one of these reasons is asked of the secondary too, and bears its decider.
    """

    def __init__(self, primary: Judge, secondary: Judge, *, on: Errors = (ModelError,)) -> None:
        self._primary = primary
        self._secondary = secondary
        self._on = on

    async def judge(self, questions: Sequence[Question], calls: Calls) -> Judgement:
        """The primary's verdicts, with the secondary's in place of those that failed."""
        try:
            first = await self._primary.judge(questions, calls)
        except self._on:
            return await self._secondary.judge(questions, calls)
        failed = [place for place, verdict in enumerate(first.verdicts) if self._covers(verdict)]
        if not failed:
            return first
        second = await self._secondary.judge([questions[place] for place in failed], calls)
        verdicts = list(first.verdicts)
        for place, verdict in zip(failed, second.verdicts, strict=True):
            verdicts[place] = replace(verdict, decider=verdict.decider or second.decider)
        return replace(first, verdicts=tuple(verdicts))

    def _covers(self, verdict: Verdict) -> bool:
        """Whether the verdict failed for a reason that the secondary stands in for."""
        return any(verdict.error in reasons(error) for error in self._on)


def reasons(error: type[ModelError]) -> set[str]:
    """The reasons of an error and of those below it in the tree."""
    return {error.reason}.union(*(reasons(below) for below in error.__subclasses__()))
