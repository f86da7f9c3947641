"""Every error that twohop raises on purpose.

::

    TwohopError
    ├── InvalidInput            the caller's request can't be served as it is (field violations say why)
    │   ├── InvalidPageToken
    │   └── NotServed           a documented part of the API that this version doesn't serve yet
    ├── NotFound                no such id for this owner (a foreign id looks the same)
    ├── Conflict
    │   ├── EtagMismatch        the memory changed since the caller read it
    │   ├── RequestIdReused     the same request id came with another body
    │   └── StaleRead           the owner's state moved between read and commit (retried inside, never shown)
    ├── Exhausted
    │   ├── TooBusy             a concurrency or rate limit; retry later
    │   └── StorageFull         the disk holding the data directory is full
    ├── Unavailable
    │   ├── LedgerUnavailable   the system of record can't be reached
    │   ├── IndexUnavailable    the vector index can't be reached
    │   └── ShuttingDown        the process is draining
    ├── DeadlineExceeded        the time the caller gave is over
    ├── Unauthenticated
    ├── PermissionDenied
    ├── ModelError              a language or embedding model failed (typed per fact; never ends an accepted add)
    │   ├── ModelUnavailable    connection, time-out, HTTP 429 or 5xx: worth a retry
    │   │   ├── ModelDenied         HTTP 401, 403 or 404: worth a retry once the operator has put it right
    │   │   └── ModelCallsSpent     this try has made all the calls it may; the next one has new ones
    │   ├── ModelRejected       another HTTP 4xx, a refusal: a retry won't help
    │   │   └── ModelContextExceeded  the text is longer than the model's context: a shorter one may do
    │   └── ModelOutputInvalid  prose, truncated JSON, a schema violation, unknown ids, after one repair try
    └── Misconfigured           the process can't start or open its data as configured
        ├── DataDirHeld         another process owns the data directory
        ├── DataDirUnusable     missing, read-only or not a directory
        ├── SchemaTooNew        written by a newer twohop
        ├── EmbedderMismatch    the index was built with another embedding model
        └── Misplaced           processes on one ledger must share one index; another one runs

Each leaf has one `reason` (UPPER_SNAKE, stable, part of the API); the server maps leaves to gRPC codes in one table.
Messages are for the caller: they say what to do, and hold no text of memories, keys or paths of other tenants.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One thing wrong with one field of a request: `field` is its path (``messages[2].content``)."""

    field: str
    description: str


class TwohopError(Exception):
    """The root: catch it to catch everything that twohop raises on purpose."""

    reason: ClassVar[str] = "INTERNAL"

    def __init__(self, message: str, *, metadata: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.metadata = dict(metadata or {})


class InvalidInput(TwohopError):
    """The request can't be served as it is; `violations` names every field that is wrong."""

    reason = "INVALID_INPUT"

    def __init__(self, *violations: FieldViolation) -> None:
        super().__init__("; ".join(f"{v.field}: {v.description}" for v in violations) or "invalid input")
        self.violations = violations


class InvalidPageToken(InvalidInput):
    """The page token is malformed or belongs to another request."""

    reason = "INVALID_PAGE_TOKEN"


class NotServed(TwohopError):
    """A documented part of the API that this version doesn't serve yet; the message names it."""

    reason = "NOT_SERVED"


class NotFound(TwohopError):
    """No such id for this owner. An id of another owner gives the same error with the same text."""

    reason = "NOT_FOUND"


class Conflict(TwohopError):
    """The request is fine but the state is not what it assumes."""

    reason = "CONFLICT"


class EtagMismatch(Conflict):
    """The memory changed since the caller read it: read it again."""

    reason = "ETAG_MISMATCH"


class RequestIdReused(Conflict):
    """The same request id came with another body: use a new id."""

    reason = "REQUEST_ID_REUSED"


class StaleRead(Conflict):
    """The owner's state moved between read and commit; the write path plans again."""

    reason = "STALE_READ"


class Exhausted(TwohopError):
    """A limit is reached."""

    reason = "EXHAUSTED"
    retry_after: ClassVar[float] = 1.0


class TooBusy(Exhausted):
    """Too many calls at once; retry after `retry_after` seconds."""

    reason = "TOO_BUSY"


class StorageFull(Exhausted):
    """The disk that holds the data directory is full: nothing was written."""

    reason = "STORAGE_FULL"
    retry_after = 30.0


class Unavailable(TwohopError):
    """A part that the request needs can't be reached now; a later try may work."""

    reason = "UNAVAILABLE"
    retry_after: ClassVar[float] = 1.0


class LedgerUnavailable(Unavailable):
    """The system of record can't be reached."""

    reason = "LEDGER_UNAVAILABLE"


class IndexUnavailable(Unavailable):
    """The vector index can't be reached; adds still commit and recall answers from names and the graph."""

    reason = "INDEX_UNAVAILABLE"


class ShuttingDown(Unavailable):
    """The process is draining: call another replica."""

    reason = "SHUTTING_DOWN"


class DeadlineExceeded(TwohopError):
    """The time that the caller gave is over."""

    reason = "DEADLINE_EXCEEDED"


class Unauthenticated(TwohopError):
    """No API key, or one that nobody has."""

    reason = "UNAUTHENTICATED"


class PermissionDenied(TwohopError):
    """The API key is bound to another tenant."""

    reason = "PERMISSION_DENIED"


class ModelError(TwohopError):
    """A language or embedding model failed."""

    reason = "MODEL_ERROR"


class ModelUnavailable(ModelError):
    """Connection, time-out, HTTP 429 or 5xx: worth a retry. `retry_after` is the server's wish in seconds, if any."""

    reason = "MODEL_UNAVAILABLE"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelDenied(ModelUnavailable):
    """The key, the address or the model's name is wrong (HTTP 401, 403, 404): asking at once again is no use.

    It says nothing about the text, so the work waits for the operator like for a server that is down.
    """

    reason = "MODEL_DENIED"


class ModelCallsSpent(ModelUnavailable):
    """All model calls that one try may make are made; what is left waits for the next try."""

    reason = "MODEL_CALLS_SPENT"


class ModelRejected(ModelError):
    """The model's server refused the request or its content: a retry won't help."""

    reason = "MODEL_REJECTED"


class ModelContextExceeded(ModelRejected):
    """The text is longer than the model's context: send less at once."""

    reason = "MODEL_CONTEXT_EXCEEDED"


class ModelOutputInvalid(ModelError):
    """The model answered with something that its schema doesn't allow, also after one repair try."""

    reason = "MODEL_OUTPUT_INVALID"


class Misconfigured(TwohopError):
    """The process can't start, or can't open its data, as configured."""

    reason = "MISCONFIGURED"


class DataDirHeld(Misconfigured):
    """Another process owns the data directory; `address` is where it serves, if it does."""

    reason = "DATA_DIR_HELD"

    def __init__(self, message: str, *, address: str = "") -> None:
        super().__init__(message)
        self.address = address


class DataDirUnusable(Misconfigured):
    """The data directory can't be created, read or written."""

    reason = "DATA_DIR_UNUSABLE"


class SchemaTooNew(Misconfigured):
    """The data was written by a newer twohop: upgrade, or open another directory."""

    reason = "SCHEMA_TOO_NEW"


class EmbedderMismatch(Misconfigured):
    """The index was built with another embedding model: the message says what to run."""

    reason = "EMBEDDER_MISMATCH"


class Misplaced(Misconfigured):
    """Another process works on the same ledger with another index, or one of the two indexes is a process's own."""

    reason = "MISPLACED"
