"""How two answers differ: everything must be equal, numbers to a tolerance."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass


def differences(ours: object, theirs: object, tolerance: float, where: str = "") -> Iterator[str]:
    """Each place at which they differ, with both values."""
    if isinstance(ours, float) and isinstance(theirs, float):
        if abs(ours - theirs) > tolerance:
            yield f"{where}: {ours} != {theirs}"
    elif type(ours) is not type(theirs):
        yield f"{where}: {ours!r} != {theirs!r}"
    elif is_dataclass(ours):
        for one in fields(ours):
            yield from differences(getattr(ours, one.name), getattr(theirs, one.name), tolerance, f"{where}.{one.name}")
    elif isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        if list(ours) != list(theirs):
            yield f"{where}: {list(ours)} != {list(theirs)}"
        for key in ours.keys() & theirs.keys():
            yield from differences(ours[key], theirs[key], tolerance, f"{where}[{key!r}]")
    elif isinstance(ours, Sequence) and isinstance(theirs, Sequence) and not isinstance(ours, str):
        if len(ours) != len(theirs):
            yield f"{where}: {len(ours)} != {len(theirs)} of them"
        for place, (one, other) in enumerate(zip(ours, theirs, strict=False)):
            yield from differences(one, other, tolerance, f"{where}[{place}]")
    elif ours != theirs:
        yield f"{where}: {ours!r} != {theirs!r}"
