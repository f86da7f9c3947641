"""Page tokens: opaque, bound to the request they continue, worth nothing in another."""

import base64
import binascii
import json
from typing import Any

from twohop.errors import FieldViolation, InvalidPageToken
from twohop.graph.model import FAR, digest

MALFORMED = FieldViolation("page_token", "is not a token of this service: leave it empty for the first page")
FOREIGN = FieldViolation("page_token", "belongs to another request: repeat the request that gave it")


def token(request: tuple[Any, ...], after: str, known_at: int) -> str:
    """The token for the page after the key `after`, reading the state known at `known_at` again. Empty at the end."""
    if not after:
        return ""
    body = json.dumps([digest(repr(request)), after, known_at], separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def after(request: tuple[Any, ...], page_token: str) -> tuple[str, int | None]:
    """The key to continue after and the system time to read at; ("", None) for the first page.

    Raises:
        InvalidPageToken: malformed, or from another request.
    """
    if not page_token:
        return "", None
    try:
        padded = page_token + "=" * (-len(page_token) % 4)
        bound, key, known_at = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError) as e:
        raise InvalidPageToken(MALFORMED) from e
    if not (isinstance(bound, str) and isinstance(key, str) and isinstance(known_at, int) and abs(known_at) < FAR):
        raise InvalidPageToken(MALFORMED)
    if bound != digest(repr(request)):
        raise InvalidPageToken(FOREIGN)
    return key, known_at
