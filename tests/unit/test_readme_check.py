"""The check of the README's examples: stale ones are shown, volatile parts count as equal, `--write` mends."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECK = Path(__file__).parents[2] / ".ci" / "readme.py"


def check(page: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(CHECK), *flags, str(page)], capture_output=True, encoding="utf-8", check=False, timeout=60
    )


def example(command: str, shown: str) -> str:
    return f"<!-- output of: {command} -->\n```text\n{shown}\n```\n"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "PAGE.md"


def test_an_example_that_prints_what_the_page_says_passes(page: Path) -> None:
    """A page whose examples are up to date is accepted, and the number of examples is told."""
    page.write_text("# Title\n\n" + example("echo one", "one") + "\nText.\n\n" + example("printf 'a\\nb\\n'", "a\nb"))

    done = check(page)

    assert (done.returncode, done.stderr) == (0, "")
    assert "checked: 2" in done.stdout


def test_a_stale_example_fails_and_shows_the_difference(page: Path) -> None:
    """An example that prints something else fails, with the line of the example and both texts."""
    page.write_text("\n\n" + example("echo new", "old"))

    done = check(page)

    assert done.returncode == 1
    assert {"--- line 3", "-old", "+new"} <= set(done.stderr.splitlines())


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("id 0199a1b2-0000-7000-8000-000000000001", "id 0199a1b2-ffff-7000-8000-00000000abcd"),
        ("took  9 ms", "took 12 ms"),
        ("done in 0.8 s", "done in 11.25 s"),
        ("listening on 127.0.0.1:50051", "listening on 127.0.0.1:4242"),
        ("data in /tmp/twohop-abc/data", "data in /tmp/twohop-x_y/data"),
    ],
)
def test_what_differs_from_run_to_run_counts_as_equal(page: Path, shown: str, printed: str) -> None:
    """Ids, durations, loopback ports and temporary folders don't make an example stale, nor are they rewritten."""
    text = example(f"echo '{printed}'", shown)
    page.write_text(text)

    checked, written = check(page), check(page, "--write")

    assert (checked.returncode, checked.stderr) == (0, "")
    assert (written.returncode, page.read_text()) == (0, text)


@pytest.mark.parametrize(("shown", "printed"), [("3 facts", "4 facts"), ("since 2023", "since 2024"), ("a b", "a  b")])
def test_every_other_difference_counts(page: Path, shown: str, printed: str) -> None:
    """A number, a date or a blank that changed makes an example stale."""
    page.write_text(example(f"echo '{printed}'", shown))

    assert check(page).returncode == 1


def test_write_puts_in_what_the_commands_print_and_leaves_the_rest(page: Path) -> None:
    """After `--write` the page passes, and nothing outside the stale blocks changed."""
    page.write_text(
        "# T\n\n" + example("echo kept", "kept") + "\ntext\n\n" + example("echo A; echo B", "x") + "\nend\n"
    )

    written = check(page, "--write")

    assert (written.returncode, written.stderr) == (0, "")
    assert page.read_text() == (
        "# T\n\n" + example("echo kept", "kept") + "\ntext\n\n" + example("echo A; echo B", "A\nB") + "\nend\n"
    )
    assert check(page).returncode == 0


def test_a_command_that_fails_is_told_with_its_words(page: Path) -> None:
    """A failing command, also one inside a pipe, fails the check, shows its error and writes nothing."""
    text = example("(echo broken >&2; false) | cat", "")
    page.write_text(text)

    done = check(page, "--write")

    assert done.returncode == 1
    assert "broken" in done.stderr
    assert page.read_text() == text


@pytest.mark.parametrize("text", ["# No example\n", "<!-- output of: echo -->\nno block\n"])
def test_a_page_with_nothing_to_check_fails(page: Path, text: str) -> None:
    """A page without examples, or with a comment that no block follows, is not silently accepted."""
    page.write_text(text)

    assert check(page).returncode == 1


def test_commands_see_the_folder_of_the_page_and_no_colours(page: Path) -> None:
    """Commands run beside the page, without a terminal's width or colours, and escapes don't count."""
    page.write_text(example("ls PAGE.md; echo $NO_COLOR; printf '\\033[31mred\\033[0m \\n'", "PAGE.md\n1\nred"))

    assert check(page).returncode == 0


def test_an_example_that_runs_make_prints_the_same_under_make(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside `make check` an example's own make prints what it prints for a reader, not the folders it enters."""
    monkeypatch.setenv("MAKELEVEL", "1")
    (page.parent / "Makefile").write_text("hello:\n\t@echo hello\n")
    page.write_text(example("make hello", "hello"))

    assert check(page).returncode == 0
