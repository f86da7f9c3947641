"""Consistency tokens: how far an owner's state had come, so that a later read is not older."""

import base64
import binascii
import re

from twohop.errors import FieldViolation, InvalidInput
from twohop.graph.model import Scope

FORM = re.compile(r"1:([0-9a-f]{32}):([0-9]{1,18})")
"""Version, partition, sequence."""


def pack_token(scope: Scope, sequence: int) -> str:
    """The token of an owner's state; empty for an owner that never wrote."""
    return base64.urlsafe_b64encode(f"1:{scope.partition}:{sequence}".encode()).decode() if sequence else ""


def unpack_token(scope: Scope, token: str, field: str = "view.at_least") -> int:
    """The sequence that a read must have reached; 0 for an empty token.

    Raises:
        InvalidInput: malformed, or of another owner.
    """
    if not token:
        return 0
    form = _parts(token)
    if form is None:
        raise InvalidInput(FieldViolation(field, "is not a consistency token"))
    if form[1] != scope.partition:
        raise InvalidInput(FieldViolation(field, "is the consistency token of another owner"))
    return int(form[2])


def sequence_in(token: str) -> int:
    """The sequence in a token that a server gave; 0 when it has none that this version reads."""
    form = _parts(token)
    return int(form[2]) if form else 0


def _parts(token: str) -> re.Match[str] | None:
    try:
        return FORM.fullmatch(base64.b64decode(token, altchars=b"-_", validate=True).decode())
    except (binascii.Error, ValueError):
        return None
