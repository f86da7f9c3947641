"""What only the wire can get wrong about a request: unknown enum values, timestamps out of range, odd structures."""

import math
from collections.abc import Sequence
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

from twohop.errors import FieldViolation, InvalidInput
from twohop.wire.enums import E, Pairing

MIN_SECONDS, MAX_SECONDS = -62_135_596_800, 253_402_300_799
"""The range of google.protobuf.Timestamp: the years 1 to 9999."""

NANOS = 1_000_000_000
EXACT = 2**53
"""Up to here a double holds every integer."""


class Reader:
    """Reads a request and collects everything that is wrong with it; `done` raises it together."""

    def __init__(self) -> None:
        self.violations: list[FieldViolation] = []

    def fail(self, field: str, description: str) -> None:
        """Note one violation."""
        self.violations.append(FieldViolation(field, description))

    def done(self) -> None:
        """Raise `InvalidInput` with what was found, if anything."""
        if self.violations:
            raise InvalidInput(*self.violations)

    def instant(self, field: str, value: Timestamp) -> int:
        """Microseconds since the epoch; what is finer is cut off."""
        if not MIN_SECONDS <= value.seconds <= MAX_SECONDS or not 0 <= value.nanos < NANOS:
            self.fail(field, "is not a valid timestamp (years 1 to 9999, nanos 0 to 999,999,999)")
            return 0
        return value.seconds * 1_000_000 + value.nanos // 1_000

    def instant_of(self, message: Any, name: str, field: str) -> int | None:
        """The timestamp in the field `name` of a message, None when unset. `field` is its path in the request."""
        return self.instant(field, getattr(message, name)) if message.HasField(name) else None

    def member(self, field: str, pairing: Pairing[E], number: int, default: E) -> E:
        """An enum's member; the default for unspecified and, noted, for an unknown number."""
        found = self.maybe(field, pairing, number)
        return default if found is None else found

    def maybe(self, field: str, pairing: Pairing[E], number: int) -> E | None:
        """An enum's member; None for unspecified and, noted, for an unknown number."""
        found = pairing.find(number)
        if found is None and number != 0:
            self.fail(field, f"is {number}, which is no {pairing.prefix} of this version")
        return found

    def members(self, field: str, pairing: Pairing[E], numbers: Sequence[int]) -> tuple[E, ...]:
        """Several members, none of them unspecified."""
        found = []
        for place, number in enumerate(numbers):
            member = pairing.find(number)
            if member is None:
                self.fail(f"{field}[{place}]", f"is {number}, which is no {pairing.prefix} of this version")
            else:
                found.append(member)
        return tuple(found)

    def structure(self, field: str, value: Struct) -> dict[str, Any]:
        """JSON of a Struct; whole numbers become integers."""
        return {name: self._json(f"{field}.{name}", part) for name, part in value.fields.items()}

    def _json(self, field: str, value: Value) -> Any:
        match value.WhichOneof("kind"):
            case "struct_value":
                return self.structure(field, value.struct_value)
            case "list_value":
                return [self._json(f"{field}[{n}]", part) for n, part in enumerate(value.list_value.values)]
            case "number_value":
                return self._number(field, value.number_value)
            case "string_value" | "bool_value" as kind:
                return getattr(value, kind)
            case kind:
                if kind is None:
                    self.fail(field, "has no value")
                return None

    def _number(self, field: str, value: float) -> int | float:
        if not math.isfinite(value):
            self.fail(field, "must be a finite number")
            return 0
        return int(value) if value.is_integer() and abs(value) <= EXACT else value
