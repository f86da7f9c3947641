"""The pinned requirements: complete, hashed and in step with what the project asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TREE = Path(__file__).parents[2]
PROJECT = tomllib.loads((TREE / "pyproject.toml").read_text(encoding="utf-8"))
WANTED = {
    "constraints.txt": [
        *PROJECT["project"]["dependencies"],
        *PROJECT["dependency-groups"]["dev"],
        *PROJECT["build-system"]["requires"],
    ],
    "constraints-proto.txt": PROJECT["dependency-groups"]["proto"],
}
ENTRY = re.compile(
    r"^(?P<requirement>[A-Za-z0-9][^\n]*?) *(?P<hashes>(?:\\\n    --hash=sha256:[0-9a-f]{64} ?)*)$", re.MULTILINE
)


def entries(name: str) -> list[tuple[Requirement, int]]:
    text = (TREE / name).read_text(encoding="utf-8")
    return [(Requirement(match["requirement"]), match["hashes"].count("--hash=")) for match in ENTRY.finditer(text)]


@pytest.mark.parametrize("name", WANTED)
def test_every_pin_is_exact_and_hashed(name: str) -> None:
    """Nothing is installed that wasn't seen when the pins were made."""
    pins = entries(name)

    assert pins
    for pin, hashes in pins:
        assert [specifier.operator for specifier in pin.specifier] == ["=="], pin
        assert hashes, pin


@pytest.mark.parametrize(
    ("name", "wanted"), [(name, wanted) for name, requirements in WANTED.items() for wanted in requirements]
)
def test_every_requirement_of_the_project_has_a_pin_that_meets_it(name: str, wanted: str) -> None:
    """A requirement that was added or raised without `make lock` is found here, not on a user's machine."""
    requirement = Requirement(wanted)
    versions = [
        specifier.version
        for pin, _ in entries(name)
        if canonicalize_name(pin.name) == canonicalize_name(requirement.name)
        for specifier in pin.specifier
    ]

    assert versions, f"{wanted}: run `make lock`"
    assert all(requirement.specifier.contains(version, prereleases=True) for version in versions), versions
