"""Owners, sessions and configurations of agents on the wire."""

from twohop.errors import FieldViolation, InvalidInput
from twohop.graph.model import AgentConfig, Owner, Session
from twohop.v1 import directory_service_pb2, scope_pb2
from twohop.wire.metadata import pack_metadata, unpack_metadata
from twohop.wire.scopes import pack_scope, unpack_scope
from twohop.wire.times import pack_instant, unpack_instant


def unpack_tenant(scope: scope_pb2.Scope) -> str:
    """The tenant of a request that is about a whole tenant.

    Raises:
        InvalidInput: the scope names one owner.
    """
    for field in ("user_id", "agent_id", "run_id"):
        if getattr(scope, field):
            raise InvalidInput(FieldViolation(f"scope.{field}", "must be empty: the list is about a whole tenant"))
    return unpack_scope(scope).tenant


def pack_owner(owner: Owner) -> directory_service_pb2.Owner:
    """An owner's counts; its partition stays inside."""
    return directory_service_pb2.Owner(
        scope=pack_scope(owner.scope),
        message_count=owner.message_count,
        memory_count=owner.memory_count,
        session_count=owner.session_count,
        entity_count=owner.entity_count,
        sequence=owner.seq,
        update_time=pack_instant(owner.last_time),
    )


def unpack_owner(owner: directory_service_pb2.Owner) -> Owner:
    """An owner's counts; the sequence of changes to memories stays with the server."""
    scope = unpack_scope(owner.scope)
    return Owner(
        partition=scope.partition,
        scope=scope,
        seq=owner.sequence,
        state_seq=0,
        last_time=unpack_instant(owner.update_time),
        message_count=owner.message_count,
        memory_count=owner.memory_count,
        session_count=owner.session_count,
        entity_count=owner.entity_count,
    )


def pack_session(session: Session) -> directory_service_pb2.Session:
    """A session."""
    return directory_service_pb2.Session(
        id=session.id,
        message_count=session.message_count,
        create_time=pack_instant(session.created_at),
        update_time=pack_instant(session.updated_at),
        summary=session.summary,
        summary_version=session.summary_version,
        summary_author=session.summary_author,
        summarised_count=session.summarised_count,
        metadata=pack_metadata(session.metadata),
    )


def unpack_session(session: directory_service_pb2.Session, partition: str) -> Session:
    """A session."""
    return Session(
        partition=partition,
        id=session.id,
        message_count=session.message_count,
        created_at=unpack_instant(session.create_time),
        updated_at=unpack_instant(session.update_time),
        summary=session.summary,
        summary_version=session.summary_version,
        summary_author=session.summary_author,
        summarised_count=session.summarised_count,
        metadata=unpack_metadata(session.metadata),
    )


def pack_config(config: AgentConfig) -> directory_service_pb2.AgentConfig:
    """What is configured; version and time stand beside it."""
    return directory_service_pb2.AgentConfig(
        instructions=config.instructions,
        keep_categories=config.keep_categories,
        ignore_categories=config.ignore_categories,
        model=config.model,
        retention_days=config.retention_days,
    )


def unpack_config(config: directory_service_pb2.AgentConfig, version: int = 0, recorded_at: int = 0) -> AgentConfig:
    """A version of a configuration."""
    return AgentConfig(
        instructions=config.instructions,
        keep_categories=tuple(config.keep_categories),
        ignore_categories=tuple(config.ignore_categories),
        model=config.model,
        retention_days=config.retention_days,
        version=version,
        recorded_at=recorded_at,
    )
