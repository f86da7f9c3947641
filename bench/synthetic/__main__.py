"""Chains over a made-up world: `make eval`'s synthetic part, or `python -m bench.synthetic --size 30000 [--out file]`.

Facts with hubs, names that are alike and values that changed are put into an embedded store; then questions over one,
two and three facts are asked, with the graph and without. In close wordings they use the relations' words or cues, in
free ones neither.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.embedders import NAMES, embedder
from bench.synthetic.load import Extraction, WorldLoader
from bench.synthetic.measure import ask_all, rows
from bench.synthetic.questions import questions
from bench.synthetic.world import world
from rich.console import Console
from rich.table import Table

from twohop.app import open_core
from twohop.config import LlmSettings, Settings
from twohop.graph.model import Scope

SCOPE = Scope(user_id="world")
SIZES = (30_000, 145_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each size, print its table, and write the rows to a file."""
    parser = argparse.ArgumentParser(prog="bench.synthetic", description=__doc__)
    parser.add_argument("--size", type=int, action="append", help=f"facts; may be repeated (default: {SIZES})")
    parser.add_argument("--questions", type=int, default=40, help="of each group, wording and number of hops")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--embedder", choices=NAMES, default=NAMES[0])
    parser.add_argument("--no-cues", action="store_true", help="as if the extractor gave no cues")
    parser.add_argument("--no-kinds", action="store_true", help="as if the extractor gave no common words of entities")
    parser.add_argument("--out", type=Path, default=None, help="file for the rows, as JSON")
    given = parser.parse_args(arguments)
    extraction = Extraction(cues=not given.no_cues, kinds=not given.no_kinds)
    found: list[dict[str, object]] = []
    for size in given.size or SIZES:
        some = asyncio.run(measure(size, given.questions, given.seed, given.embedder, extraction))
        show(some)
        found += some
    if given.out is not None:
        given.out.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 0


async def measure(
    size: int, each: int, seed: int, embedding: str, extraction: Extraction | None = None
) -> list[dict[str, object]]:
    """The rows of a world of its own."""
    extraction = extraction or Extraction()
    made = world(seed, size)
    split = f"{size} facts, seed {seed}{extraction.without}"
    with tempfile.TemporaryDirectory(prefix="twohop-world-") as folder, embedder(embedding) as embeds:
        settings = Settings(data_dir=Path(folder) / "data", llm=LlmSettings(provider="rules"), synchronous="OFF")
        async with open_core(settings, embedder=embeds) as app:
            began = time.perf_counter()
            await WorldLoader(app.ledger, SCOPE, made, seed, extraction).load()
            await app.projector.project()
            print(f"{size} facts are there after {time.perf_counter() - began:.0f} s", file=sys.stderr)
            scores = await ask_all(app.core, SCOPE, made, questions(made, seed, each))
            model = app.embedder.model
    return [one for arm, some in scores.items() for one in rows(arm, model, split, some)]


def show(found: Sequence[Mapping[str, object]]) -> None:
    """One table: the share of questions by metric, with the graph and without."""
    cells = {(one["system"], one["category"], one["metric"]): one["value"] for one in found}
    systems = list(dict.fromkeys(str(one["system"]) for one in found))
    metrics = list(dict.fromkeys((str(one["metric"]), one["k"]) for one in found))
    table = Table(title=f"{found[0]['split']}; {found[0]['embedder']}: % of questions ({' / '.join(systems)})")
    table.add_column("questions")
    for metric, k in metrics:
        table.add_column(f"{metric} @{k}" if k else metric, justify="right")
    for category in dict.fromkeys(str(one["category"]) for one in found):
        values = [
            [cells[system, category, metric] for system in systems if (system, category, metric) in cells]
            for metric, _ in metrics
        ]
        table.add_row(category, *(" / ".join(f"{value:.0f}" for value in few) for few in values))
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
