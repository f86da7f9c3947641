"""The demo: a real server in a temporary folder, four short conversations, eight questions, and their proofs.

Run it with `make demo`. It exits with 1 when an expected answer is not among the first three results. The stores are in
the folder too, unless the environment names others (`TWOHOP_LEDGER__…`, `TWOHOP_INDEX__…`), where what was told stays.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from twohop.client import Memory
from twohop.graph.model import Granularity, Validity
from twohop.memory.api import Item, RecallResult, Step
from twohop.memory.clock import uuid7
from twohop.memory.moment import written

STORY = Path(__file__).with_name("conversation.json")
FIRST = 3
"""How many results may stand before the answer has to be there."""

START_SECONDS = 20.0


@contextmanager
def server(data_dir: Path) -> Iterator[str]:
    """A `twohop serve` process on a free loopback port, with the offline rules; gives its address."""
    environment = {name: value for name, value in os.environ.items() if kept(name)}
    environment |= {"TWOHOP_DATA_DIR": str(data_dir), "TWOHOP_SERVER__PORT": "0", "TWOHOP_LLM__PROVIDER": "rules"}
    said, log = data_dir.with_name("server.out"), data_dir.with_name("server.log")
    with said.open("w") as out, log.open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "twohop.cli.main", "serve"], env=environment, stdout=out, stderr=err
        )
        try:
            yield address_of(process, said, log)
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)


def kept(name: str) -> bool:
    """Whether a variable of the environment is the server's too: of twohop's own, only where the stores are."""
    return name.startswith(("TWOHOP_LEDGER__", "TWOHOP_INDEX__")) or not name.startswith(("TWOHOP_", "OPENAI_"))


def address_of(process: "subprocess.Popen[bytes]", said: Path, log: Path) -> str:
    """Where the process serves, once it does: the last word of its first line."""
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        line = said.read_text(encoding="utf-8")
        if line.endswith("\n"):
            return line.split()[-1]
        time.sleep(0.05)  # The only sign of a starting process is what it writes.
    sys.exit(f"the server did not start; it said:\n{log.read_text(encoding='utf-8')}")


def dated(text: str, validity: Validity) -> str:
    """A fact with the time that it holds or held; an unknown start is not shown."""
    start = "" if validity.valid_from.granularity is Granularity.UNKNOWN else written(validity.valid_from)
    end = written(validity.valid_to)
    if start and end:
        return f"{text} ({start} to {end})"
    if start:
        return f"{text} (since {start})"
    return f"{text} (until {end})" if end else text


def tell(memory: Memory, user_id: str, session: dict[str, Any]) -> None:
    """Send one conversation and show what became of it."""
    print(f"\n{session['observed_at'][:10]}")
    for message in session["messages"]:
        print(f"  {message['name'] or message['role']}: {message['content']}")
    messages = [{**message, "observed_at": session["observed_at"]} for message in session["messages"]]
    added = memory.add(messages, user_id=user_id, run_id=session["run_id"])
    for result in added["results"]:
        show(result)


def show(result: dict[str, Any]) -> None:
    """One decision in a line: what was remembered, what it replaced, what ended, what was not kept and why."""
    match result["event"]:
        case "SUPERSEDE" | "UPDATE" if result["previous_memory"]:
            print(f"    + {result['memory']}   (replaces: {result['previous_memory']})")
        case "ADD" | "SUPERSEDE" | "INSERT":
            print(f"    + {result['memory']}")
        case "DELETE":
            print(f"    x {result['memory']}   (it ended)")
        case event:
            print(f"    - {result['fact']}   ({event.lower()}: {result['reason']})")


def show_relations(memory: Memory, user_id: str) -> None:
    """The graph as it stands now."""
    print("\nThe relations that hold now")
    for relation in reversed(memory.relations(user_id=user_id)["results"]):
        since = f" (since {relation['valid_from']})" if relation["granularity"] != "unknown" else ""
        print(f"    {relation['text']}{since}")


def ask(memory: Memory, user_id: str, question: str, answer: str) -> bool:
    """Ask, show the evidence, and say whether the answer is among the first results."""
    found = memory.recall(question, user_id=user_id, limit=10)
    print(f"\n? {question}")
    rank = next((n for n, item in enumerate(found.items[:FIRST], start=1) if answer in text_of(item)), None)
    print(f"  {answer}  (result {rank})" if rank else f"  {answer} is MISSING from the first {FIRST} results")
    for line in evidence(found, answer):
        print(f"    {line}")
    return rank is not None


def text_of(item: Item) -> str:
    """What an item says."""
    if item.memory is not None:
        return item.memory.revision.text
    return item.message.content if item.message is not None else ""


def evidence(found: RecallResult, answer: str) -> list[str]:
    """The facts that prove the answer: the best path that ends there, else the item that says it."""
    for path in found.paths:
        if answer in {path.answer, *(end_of(step) for step in path.steps)}:
            return [read(step) for step in path.steps]
    for item in found.items[:FIRST]:
        if answer in text_of(item):
            validity = item.memory.revision.validity if item.memory else None
            return [dated(text_of(item), validity) if validity else text_of(item)]
    return []


def end_of(step: Step) -> str:
    """The name that a step leads to."""
    return step.target.name if step.target else step.relation.triple.literal


def read(step: Step) -> str:
    """A step as a readable fact, with the way it was walked."""
    arrow = "→" if step.forward else "←"
    return f"{step.source.name} {arrow} {end_of(step)}: {dated(step.relation.text, step.relation.validity)}"


def main() -> int:
    """Tell the story, ask the questions; 0 when every answer was found."""
    story = json.loads(STORY.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="twohop-demo-") as folder:
        data_dir = Path(folder) / "data"
        with server(data_dir) as address, Memory(address, tenant=uuid7()) as memory:
            print("What was said, and what was remembered")
            for session in story["sessions"]:
                tell(memory, story["user_id"], session)
            show_relations(memory, story["user_id"])
            print("\nWhat is asked, and what proves the answer")
            answers = [ask(memory, story["user_id"], q["question"], q["answer"]) for q in story["questions"]]
    print(f"\n{sum(answers)} of {len(answers)} answers are among the first {FIRST} results")
    return 0 if all(answers) else 1


if __name__ == "__main__":
    sys.exit(main())
