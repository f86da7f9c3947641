"""Timelines through the whole write path: what a fact touches is settled with all of its line in hand."""

from pathlib import Path

from stories import ALICE, fact, story, tell
from twohop.graph.model import Axes, Kind
from twohop.memory.api import Filter


async def test_what_a_plan_ended_stays_apart_on_its_own_line(tmp_path: Path) -> None:
    """A fact told as a plan can end a value that is so: that value's own line is then in hand, not the plan's alone."""
    acme = fact("Ben works_at Acme", ended=True)
    async with story(tmp_path) as app:
        await tell(app, acme, "Ben works_at Cedar", day=365)
        await tell(app, fact("Ben works_at Cedar", ended=True, kind=Kind.PLAN), day=365)
        page = await app.core.list(ALICE, Filter(), Axes(), include_closed=True, page_size=0, page_token="")
        spans = [one.revision.validity for one in page.items]
    assert len(spans) == 2
    first, second = sorted(spans, key=lambda span: span.valid_from.at)
    assert first.valid_to is not None
    assert first.valid_to.at <= second.valid_from.at
