"""Retrieval on every data set of a folder, through the real server: `make eval DATA=folder [EMBEDDER=minilm] OUT=file`.

LoCoMo's conversations (`conv-*.json`, or a folder `locomo` of them), and the passages of `musique` and `2wiki`. What a
model would extract is replayed from recordings; where the extraction says "rules" our own rules read the texts, and
nothing was recorded.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import locomo, locomo_data
from bench.embedders import NAMES
from bench.multihop import data as passages
from bench.multihop import run as multihop
from bench.multihop.run import Variant
from rich.console import Console

CONVERSATIONS = "locomo"
SETS = (CONVERSATIONS, *passages.SETS)
RECORDED, RULES = "recorded", "rules"
DROPPED = 0.6
"""Share of the recorded triples that the variant with few facts is without."""


def variants(name: str, embedding: str, extraction: str | None, drop: float | None, seed: int) -> Iterator[Variant]:
    """How a data set is measured: as told, or in all the ways that say something."""
    if extraction is not None or drop is not None:
        yield Variant(embedding=embedding, extraction=extraction or RECORDED, drop=drop or 0.0, seed=seed)
        return
    if name != "2wiki":
        yield Variant(embedding=embedding)
    if name == "musique":
        yield Variant(embedding=embedding, drop=DROPPED, seed=seed)
    yield Variant(embedding=embedding, extraction=RULES)


async def conversations(data: Path, variant: Variant, split: str, console: Console) -> list[dict[str, object]]:
    """LoCoMo's rows."""
    named = split if variant.extraction == RECORDED else f"{split}, {variant.extraction}"
    run, embedder = await locomo.measure(
        locomo_data.load(data), console, embedding=variant.embedding, extraction=variant.extraction
    )
    found = locomo.figures(run, embedder, named)
    console.print(f"locomo ({named}; {embedder})")
    locomo.show(found, console)
    return found


async def questions(corpus: passages.Corpus, variant: Variant, split: str, console: Console) -> list[dict[str, object]]:
    """The rows of one set of passages."""
    run, embedder = await multihop.measure(corpus, variant, console)
    found = multihop.figures(run, corpus, variant, embedder, split)
    multihop.show(found, console)
    return found


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets, or one of them")
    parser.add_argument("--out", type=Path, default=Path("eval.json"), help="where the rows go")
    parser.add_argument("--split", default="dev", help="the name of this slice in the rows")
    parser.add_argument("--embedder", choices=NAMES, default=NAMES[0])
    parser.add_argument("--only", default=",".join(SETS), help="data sets, with commas between them")
    parser.add_argument("--extraction", choices=(RECORDED, RULES), help="this one alone")
    parser.add_argument("--drop", type=float, help="share of the recorded triples that is dropped at random")
    parser.add_argument("--seed", type=int, default=0, help="of what is dropped")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None, console: Console | None = None) -> None:
    """Measure, show the tables, write the rows."""
    asked, console = arguments(given), console or Console()
    only = set(asked.only.split(","))
    corpora = {corpus.name: corpus for corpus in passages.load(asked.data) if corpus.name in only}
    names = [CONVERSATIONS] if CONVERSATIONS in only and locomo_data.load(asked.data) else []
    if not names and not corpora:
        sys.exit(f"no data set of {', '.join(sorted(only))} in {asked.data}")
    found: list[dict[str, object]] = []
    for name in (*names, *corpora):
        for variant in variants(name, asked.embedder, asked.extraction, asked.drop, asked.seed):
            if name == CONVERSATIONS:
                rows = asyncio.run(conversations(asked.data, variant, asked.split, console))
            else:
                rows = asyncio.run(questions(corpora[name], variant, asked.split, console))
            found += rows
            # Written after each, so that nothing is lost when a long run is stopped.
            asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    console.print("No language model is called: recorded extractions are replayed, or rules read the texts.")
    console.print(f"{len(found)} rows in {asked.out}")


if __name__ == "__main__":
    main()
