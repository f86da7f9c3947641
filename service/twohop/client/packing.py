"""Requests that can't be packed."""

from collections.abc import Iterator
from contextlib import contextmanager

from twohop.errors import FieldViolation, InvalidInput


@contextmanager
def packing() -> Iterator[None]:
    """What protobuf can't hold is the caller's invalid input."""
    try:
        yield
    except UnicodeEncodeError as e:
        raise InvalidInput(FieldViolation("request", "is not valid Unicode (it holds lone surrogates)")) from e
    except (ValueError, TypeError) as e:
        raise InvalidInput(FieldViolation("request", f"can't be sent: {e}")) from e
