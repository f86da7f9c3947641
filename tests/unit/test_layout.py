"""The shape of the tree that packaging, typing and fresh machines rely on."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

TREE = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((TREE / "pyproject.toml").read_text(encoding="utf-8"))
ROOTS: list[str] = PROJECT["tool"]["hatch"]["build"]["dev-mode-dirs"]

# Spelt in pieces, so that this file passes its own test.
REGISTRIES = tuple(
    ".".join(labels)
    for labels in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("maven", "org"),
        ("maven", "apache", "org"),
        ("crates", "io"),
        ("proxy", "golang", "org"),
        ("debian", "org"),
    )
)
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")
PIP_OPTIONS = re.compile(r"^\s*(-i\b|-f\b|--(extra-)?index-url|--find-links|--trusted-host)", re.MULTILINE)


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=TREE,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := TREE / name).is_file()]


@pytest.mark.parametrize("root", ROOTS)
def test_no_root_makes_the_namespace_a_regular_package(root: str) -> None:
    """An `__init__.py` in one root's `twohop/` would hide the other roots."""
    assert (TREE / root / "twohop").is_dir()
    assert not (TREE / root / "twohop" / "__init__.py").exists()
    assert not (TREE / root / "__init__.py").exists()


def test_users_get_the_types() -> None:
    """The namespace carries the marker by which type checkers believe an installed package."""
    assert (TREE / "service" / "twohop" / "py.typed").is_file()


def test_every_tool_knows_every_source_root() -> None:
    """A root that one tool doesn't know is silently left out of the wheel, the type check or the tests."""
    tool = PROJECT["tool"]

    assert tool["hatch"]["build"]["targets"]["wheel"]["packages"] == [f"{root}/twohop" for root in ROOTS]
    for paths in (
        tool["pytest"]["ini_options"]["pythonpath"],
        tool["mypy"]["mypy_path"],
        tool["pyright"]["extraPaths"],
        tool["ruff"]["src"],
    ):
        assert set(ROOTS) <= set(paths)


def test_no_file_says_where_packages_come_from() -> None:
    """Package clients take their registries from the machine; a host in the tree would overrule it."""
    found = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", errors="ignore").lower()
        found += [f"{path.relative_to(TREE)}: {host}" for host in REGISTRIES if host in text]

    assert found == []


def test_the_pins_name_no_index() -> None:
    """The pinned packages come from wherever the machine's own pip gets them."""
    for path in TREE.glob("constraints*.txt"):
        assert not PIP_OPTIONS.search(path.read_text(encoding="utf-8")), path.name


def test_test_files_have_names_of_their_own() -> None:
    """Two test files of one name are told apart by their path only, which reports don't show."""
    names = [path.name for path in (TREE / "tests").rglob("test_*.py")]

    assert sorted(names) == sorted(set(names))


def test_links_between_pages_lead_somewhere() -> None:
    """A page of the tree that links to another file of the tree finds it."""
    broken = [
        f"{page.relative_to(TREE)}: {target}"
        for page in tracked()
        if page.suffix == ".md"
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []
