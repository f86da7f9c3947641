"""Checks that the examples of a Markdown page print what the page says they print; `--write` puts in what they print.

An example is an HTML comment, at once followed by a fenced block::

    <!-- output of: twohop --version -->
    ```text
    twohop 0.1.0
    ```

Each command runs once, in bash, in the page's folder; what it prints on standard output is compared. Ids, times in ms
or s, loopback ports and temporary folders differ from run to run, so they count as equal.
"""

import argparse
import difflib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

EXAMPLE: Final = re.compile(
    r"^<!-- output of: (?P<command>.+?) -->\n(?P<fence>`{3,})(?P<info>[^`\n]*)\n(?P<shown>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
MARK: Final = re.compile(r"^<!-- output of: ", re.MULTILINE)
ESCAPES: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

VOLATILE: Final = (
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "ID"),
    (re.compile(r"\b(127\.0\.0\.1|localhost|\[::1\]):\d+"), r"\1:PORT"),
    # The padding of a column moves with the digits.
    (re.compile(r"[ \t]*\b\d+(?:\.\d+)? ?(ms|s)\b"), r" N \1"),
    (re.compile(r"/tmp/[\w./-]+"), "TMP"),  # noqa: S108  A pattern; no file is opened.
)

TIMEOUT: Final = 300.0
"""Seconds that one command may take: the longest example is the demo, which promises 30."""


class BrokenPage(Exception):
    """The page can't be checked: no example in it, one without its block, or a command that fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A command and the output that the page shows for it; `start` and `end` are the shown text's place in the page."""

    command: str
    shown: str
    start: int
    end: int
    line: int


def find(page: str) -> list[Example]:
    """Returns the page's examples in order.

    Raises:
        BrokenPage: the page has no example, or a comment isn't followed by a closed block.
    """
    examples = [
        Example(
            command=match["command"],
            shown=match["shown"],
            start=match.start("shown"),
            end=match.end("shown"),
            line=page.count("\n", 0, match.start()) + 1,
        )
        for match in EXAMPLE.finditer(page)
    ]
    lines = {example.line for example in examples}
    for mark in MARK.finditer(page):
        line = page.count("\n", 0, mark.start()) + 1
        if line not in lines:
            raise BrokenPage(f"line {line}: no closed fenced block follows the `output of` comment")
    if not examples:
        raise BrokenPage("no example to check: add `<!-- output of: COMMAND -->` above a fenced block")
    return examples


def run(command: str, folder: Path) -> str:
    """Returns what the command prints on standard output, without colours and trailing blanks.

    Raises:
        BrokenPage: the command exits non-zero or takes longer than `TIMEOUT`; the message ends with what it said.
    """
    # Under make, a make that an example runs would print the folders it enters.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    plain = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "100", "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(  # noqa: S603  The page is part of the tree, so its commands are code of the tree.
            ["/usr/bin/env", "bash", "-o", "pipefail", "-c", command],
            cwd=folder,
            env=inherited | plain,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise BrokenPage(f"`{command}` took more than {TIMEOUT:.0f} s") from late
    if done.returncode:
        raise BrokenPage(f"`{command}` exited with {done.returncode}:\n{done.stdout}{done.stderr}")
    lines = ESCAPES.sub("", done.stdout).splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines).strip("\n") + "\n"


def settle(text: str) -> str:
    """Returns the text with what differs from run to run replaced by placeholders."""
    for pattern, placeholder in VOLATILE:
        text = pattern.sub(placeholder, text)
    return text


def differences(example: Example, printed: str) -> Iterator[str]:
    """Yields a unified diff from what the page shows to what the command prints; nothing when they are equal."""
    shown, now = settle(example.shown).splitlines(), settle(printed).splitlines()
    return difflib.unified_diff(shown, now, f"line {example.line}", example.command, lineterm="")


def rewrite(page: str, outputs: dict[str, str]) -> str:
    """Returns the page with the outputs put in, except where they differ from it in volatile parts only."""
    for example in reversed(find(page)):
        printed = outputs[example.command]
        if settle(example.shown) != settle(printed):
            page = page[: example.start] + printed + page[example.end :]
    return page


def main() -> int:
    """Runs from the command line; returns 0 when every example holds (or was written), 1 when not."""
    parser = argparse.ArgumentParser(description="Check that a page's examples print what the page says.")
    parser.add_argument("page", type=Path)
    parser.add_argument("--write", action="store_true", help="put what the commands print now into the page")
    arguments = parser.parse_args()
    path: Path = arguments.page
    try:
        page = path.read_text(encoding="utf-8")
        examples = find(page)
        folder = path.resolve().parent
        outputs = {command: run(command, folder) for command in dict.fromkeys(e.command for e in examples)}
    except (BrokenPage, OSError) as problem:
        print(f"{path}: {problem}", file=sys.stderr)
        return 1
    if arguments.write:
        path.write_text(rewrite(page, outputs), encoding="utf-8")
        return 0
    stale = [line for example in examples for line in differences(example, outputs[example.command])]
    if stale:
        print(*stale, f"{path}: stale examples; `make readme` puts in what they print now", sep="\n", file=sys.stderr)
        return 1
    print(f"{path}: examples checked: {len(examples)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
