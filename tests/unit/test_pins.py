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
    "constraints-runtime.txt": PROJECT["project"]["dependencies"],
    "constraints-build.txt": PROJECT["build-system"]["requires"],
    "constraints-proto.txt": PROJECT["dependency-groups"]["proto"],
    "constraints-mem0.txt": PROJECT["dependency-groups"]["mem0"],
    "constraints-minilm.txt": PROJECT["dependency-groups"]["minilm"],
}
PIN = re.compile(r"^([A-Za-z0-9].*?)(?: \\)?$")


def pins(name: str) -> dict[Requirement, list[str]]:
    found: dict[Requirement, list[str]] = {}
    hashes: list[str] = []
    for line in (TREE / name).read_text(encoding="utf-8").splitlines():
        if pin := PIN.match(line):
            hashes = found.setdefault(Requirement(pin[1]), [])
        elif "--hash=sha256:" in line:
            hashes.append(line)
    return found


@pytest.mark.parametrize("name", WANTED)
def test_every_pin_is_exact_and_hashed(name: str) -> None:
    """Nothing is installed that wasn't seen when the pins were made."""
    found = pins(name)

    assert found
    assert [str(pin) for pin in found if [specifier.operator for specifier in pin.specifier] != ["=="]] == []
    assert [str(pin) for pin, hashes in found.items() if not hashes] == []


@pytest.mark.parametrize("name", ["constraints-runtime.txt", "constraints-build.txt"])
def test_an_image_is_made_of_what_the_tests_ran_on(name: str) -> None:
    """A container holds the very packages that .venv holds, less the tools."""
    assert set(pins(name)) <= set(pins("constraints.txt"))


@pytest.mark.parametrize("name", WANTED)
def test_every_requirement_of_the_project_has_a_pin_that_meets_it(name: str) -> None:
    """A requirement that was added or raised without `make lock` is found here, not on a user's machine."""
    versions: dict[str, list[str]] = {}
    for pin in pins(name):
        versions.setdefault(canonicalize_name(pin.name), []).extend(specifier.version for specifier in pin.specifier)

    unmet = [
        str(wanted)
        for wanted in map(Requirement, WANTED[name])
        if not versions.get(canonicalize_name(wanted.name))
        or not all(wanted.specifier.contains(version) for version in versions[canonicalize_name(wanted.name)])
    ]

    assert unmet == []
