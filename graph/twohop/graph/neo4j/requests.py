"""Idempotency: what a request id led to."""

from typing import Any

from twohop.errors import RequestIdReused
from twohop.graph.neo4j.database import Owned, Row
from twohop.graph.neo4j.properties import text_key
from twohop.graph.store import RequestKey

TAKE = """
CALL (at) {
  UNWIND $requests AS request
  MERGE (r:Request {tenant: $tenant, key: request.key})
  ON CREATE SET r += request, r.partition = $partition, r.recorded_at = at
  RETURN count(CASE WHEN r.partition <> $partition OR r.recorded_at <> at THEN 1 END) AS repeated
}
"""
"""Note the request, or find it noted: `repeated`. A second transaction with the same one waits for the first."""


def taking(key: RequestKey | None, result: str = "") -> dict[str, Any]:
    """The values of `TAKE`."""
    if key is None:
        return {"requests": [], "tenant": ""}
    row = {
        "key": text_key(key.method, key.request_id),
        "method": key.method,
        "request_id": key.request_id,
        "body_hash": key.body_hash,
        "result": result,
    }
    return {"requests": [row], "tenant": key.tenant}


async def seen(own: Owned, key: RequestKey | None) -> Row | None:
    """The record of an earlier call with the same id and the same body. One round trip when there is an id.

    Raises:
        RequestIdReused: the id came with another body, or for another owner of the tenant.
    """
    if key is None:
        return None
    row = await own.one(
        "MATCH (r:Request {tenant: $tenant, key: $key})",
        "RETURN r.partition AS partition, r.body_hash AS body_hash, r.result AS result, r.recorded_at AS recorded_at",
        tenant=key.tenant,
        key=text_key(key.method, key.request_id),
    )
    if row is not None and (row["body_hash"] != key.body_hash or row["partition"] != own.partition):
        raise RequestIdReused("this request id was used with another request: take a new one")
    return row


async def answer(own: Owned, key: RequestKey | None, result: str) -> None:
    """Add to a request that was just noted what it led to. One round trip when there is one."""
    if key is not None:
        await own.one(
            "MATCH (r:Request {tenant: $tenant, key: $key}) WHERE r.partition = $partition SET r.result = $result",
            tenant=key.tenant,
            key=text_key(key.method, key.request_id),
            result=result,
        )
