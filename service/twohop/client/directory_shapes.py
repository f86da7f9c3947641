"""Owners, sessions and configurations of agents as plain dictionaries with stable keys."""

from twohop.client.shapes import Shape, plain, system
from twohop.graph.model import AgentConfig, Owner, Session


def owner(one: Owner) -> Shape:
    """An owner's counts."""
    return {
        "tenant": one.scope.tenant,
        "user_id": one.scope.user_id or None,
        "agent_id": one.scope.agent_id or None,
        "run_id": one.scope.run_id or None,
        "messages": one.message_count,
        "memories": one.memory_count,
        "sessions": one.session_count,
        "entities": one.entity_count,
        "sequence": one.seq,
        "updated_at": system(one.last_time),
    }


def session(one: Session) -> Shape:
    """A session."""
    return {
        "id": one.id,
        "messages": one.message_count,
        "created_at": system(one.created_at),
        "updated_at": system(one.updated_at),
        "summary": one.summary or None,
        "summary_version": one.summary_version,
        "summary_author": one.summary_author or None,
        "summarised_messages": one.summarised_count,
        "metadata": plain(one.metadata),
    }


def agent_config(one: AgentConfig) -> Shape:
    """A version of an agent's configuration."""
    return {
        "version": one.version,
        "recorded_at": system(one.recorded_at) if one.version else None,
        "instructions": one.instructions,
        "keep_categories": list(one.keep_categories),
        "ignore_categories": list(one.ignore_categories),
        "model": one.model or None,
        "retention_days": one.retention_days,
    }
