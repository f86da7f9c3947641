"""How two answers differ: everything must be equal, numbers to a tolerance."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass


def differences(ours: object, theirs: object, tolerance: float, where: str = "") -> Iterator[str]:
    """Each place at which they differ, with both values."""
    if isinstance(ours, float) and isinstance(theirs, float):
        if not abs(ours - theirs) <= tolerance:
            yield f"{where}: {ours} != {theirs}"
    elif type(ours) is not type(theirs) or not (parts := parts_of(ours)):
        if ours != theirs:
            yield f"{where}: {ours!r} != {theirs!r}"
    else:
        others = parts_of(theirs)
        if list(parts) != list(others):
            yield f"{where}: has {list(parts)} != {list(others)}"
        for name in parts:
            if name in others:
                yield from differences(parts[name], others[name], tolerance, f"{where}.{name}")


def parts_of(value: object) -> Mapping[object, object]:
    """What a value consists of, in order; nothing where it is one thing."""
    if is_dataclass(value):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    if isinstance(value, list | tuple):
        return dict(enumerate(value))
    return value if isinstance(value, dict) else {}
