"""Idempotency: what a request id led to."""

from twohop.errors import RequestIdReused
from twohop.graph.sqlite.database import Owned, Row
from twohop.graph.store import RequestKey


def seen(own: Owned, key: RequestKey | None) -> Row | None:
    """The record of an earlier call with the same id and the same body.

    Raises:
        RequestIdReused: the id came with another body, or for another owner of the tenant.
    """
    if key is None:
        return None
    row = own.one(
        "SELECT * FROM requests WHERE tenant = :tenant AND method = :method AND request_id = :request_id",
        tenant=key.tenant,
        method=key.method,
        request_id=key.request_id,
    )
    if row is not None and (row["body_hash"] != key.body_hash or row["partition"] != own.partition):
        raise RequestIdReused("this request id was used with another request: take a new one")
    return row


def remember(own: Owned, key: RequestKey | None, result: str, at: int) -> None:
    """Note what the request led to."""
    if key is None:
        return
    own.change(
        "INSERT INTO requests (tenant, method, request_id, body_hash, partition, result, recorded_at)",
        "VALUES (:tenant, :method, :request_id, :body_hash, :partition, :result, :at)",
        tenant=key.tenant,
        method=key.method,
        request_id=key.request_id,
        body_hash=key.body_hash,
        result=result,
        at=at,
    )
