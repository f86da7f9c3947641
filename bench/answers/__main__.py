"""Answers with a model, graded: `make answers DATA=folder MODEL=name [URL=…/v1] [ESTIMATE=1] [OUT=answers.json]`.

Every question of LoCoMo-format conversations is answered by the same model three times: from twohop's rendered
context, from the nearest chunks of as many tokens, and from the whole conversation. Each answer is graded by token F1,
BLEU-1 and the model itself, leniently and strictly. Replies are kept by the hash of what was asked: a run that stopped
goes on, and the same run again calls nobody. The key is read from TWOHOP_LLM__API_KEY or OPENAI_API_KEY.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.answers.calls import Caller, Kept
from bench.answers.data import Told, load
from bench.answers.figures import costs_table, figures, table
from bench.answers.run import SYSTEMS, Plan, answer_all, estimate
from rich.console import Console

from twohop.errors import ModelError
from twohop.llm.openai import ChatModel


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer and grade, or estimate; print the table, write the rows."""
    parser = argparse.ArgumentParser(prog="bench.answers", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with conv-*.json, or with it as locomo/")
    parser.add_argument("--model", required=True, help="the model that answers and grades")
    parser.add_argument("--url", default="", help="of an OpenAI-compatible server, up to /v1; default: OpenAI's own")
    parser.add_argument("--mode", choices=("tools", "json_schema"), default="tools", help="how answers are bound")
    parser.add_argument("--budget", type=int, default=1_000, help="tokens of twohop's context and of the chunks")
    parser.add_argument(
        "--extraction", choices=("recorded", "rules"), default="recorded", help="what twohop extracts by"
    )
    parser.add_argument("--embedding", default="wordllama", help="wordllama or minilm")
    parser.add_argument("--system", action="append", default=[], choices=SYSTEMS, help="may be repeated; default: all")
    parser.add_argument("--questions", type=int, default=0, help="of each conversation, the first so many; 0 = all")
    parser.add_argument("--at-once", type=int, default=4, help="questions at the same time")
    parser.add_argument(
        "--estimate", action="store_true", help="say how many calls and tokens it takes, and call nobody"
    )
    parser.add_argument("--price-in", type=float, default=0.0, help="of a million tokens sent, for the estimate")
    parser.add_argument("--price-out", type=float, default=0.0, help="of a million tokens received")
    parser.add_argument("--kept", type=Path, default=Path(".reports/answers.jsonl"), help="where replies are kept")
    parser.add_argument("--split", default="dev", help="the name of this slice in the rows")
    parser.add_argument("--out", type=Path, default=None, help="file for the rows, as JSON")
    given = parser.parse_args(arguments)
    told = load(given.data)
    if given.questions:
        told = [Told(one.conversation, one.questions[: given.questions]) for one in told]
    if not told:
        print(f"no conv-*.json in {given.data} or {given.data / 'locomo'}", file=sys.stderr)
        return 2
    console = Console()
    try:
        asyncio.run(run(given, told, console))
    except ExceptionGroup as group:
        refused, others = group.split(ModelError)
        if refused is None or others is not None:
            raise
        print(f"{refused.exceptions[0]}\nStopped; the same command goes on from here.", file=sys.stderr)
        return 1
    return 0


async def run(given: argparse.Namespace, told: Sequence[Told], console: Console) -> None:
    """Either of the two."""
    plan = Plan(
        budget=given.budget,
        extraction=given.extraction,
        embedding=given.embedding,
        systems=tuple(given.system or SYSTEMS),
        at_once=given.at_once,
    )
    kept = Kept(given.kept)
    if given.estimate:
        costs = await estimate(told, plan, given.model, given.mode, kept, console)
        console.print(costs_table(costs, given.price_in, given.price_out))
        return
    key = os.environ.get("TWOHOP_LLM__API_KEY") or os.environ.get("OPENAI_API_KEY", "")
    model = ChatModel(base_url=given.url, api_key=key, model=given.model, mode=given.mode)
    try:
        caller = Caller(model, given.mode, kept)
        results = await answer_all(told, plan, caller, console)
    finally:
        await model.close()
    rows = figures(results, given.split, given.model, plan)
    console.print(table(rows))
    console.print(f"{caller.asked} calls made; {results.unusable} replies could not be read and count as wrong")
    if given.out is not None:
        given.out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
