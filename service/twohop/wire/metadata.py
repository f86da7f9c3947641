"""The callers' own JSON as a protobuf Struct."""

from typing import Any

from google.protobuf.struct_pb2 import NULL_VALUE, ListValue, Struct, Value

from twohop.errors import FieldViolation, InvalidInput
from twohop.graph.model import Metadata
from twohop.wire.reading import EXACT, Reader


def pack_metadata(metadata: Metadata, field: str = "metadata") -> Struct:
    """JSON as a Struct; `field` is its path in the request, for errors.

    Raises:
        InvalidInput: it is not JSON, or holds an integer that a double can't.
    """
    fields = {}
    for name, value in metadata.items():
        if not isinstance(name, str):
            raise InvalidInput(FieldViolation(field, "is not JSON"))
        fields[name] = _value(value, field)
    return Struct(fields=fields)


def unpack_metadata(structure: Struct) -> dict[str, Any]:
    """JSON of a Struct that a server answered with."""
    return Reader().structure("metadata", structure)


def _value(value: object, field: str) -> Value:
    match value:
        case None:
            return Value(null_value=NULL_VALUE)
        case bool():
            return Value(bool_value=value)
        case int() if abs(value) > EXACT:
            raise InvalidInput(FieldViolation(field, "holds an integer beyond 2^53: send it as a string"))
        case int() | float():
            return Value(number_value=value)
        case str():
            return Value(string_value=value)
        case dict():
            return Value(struct_value=pack_metadata(value, field))
        case list() | tuple():
            return Value(list_value=ListValue(values=[_value(part, field) for part in value]))
        case _:
            raise InvalidInput(FieldViolation(field, "is not JSON"))
