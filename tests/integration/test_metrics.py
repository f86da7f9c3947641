"""Metrics: what the core did, counted for a scraper that finds it on loopback."""

import socket
import urllib.request
from contextlib import AbstractContextManager
from pathlib import Path

import grpc
import pytest
from prometheus_client import CollectorRegistry

from model_server import by_phase, call, decision, fact, facts, model_server, refuse, say
from server_process import running
from serving import Served, serving
from twohop.config import LlmSettings
from twohop.errors import Misconfigured
from twohop.graph.statement import Statement
from twohop.graph.store import Backlog
from twohop.metrics import Metrics
from twohop.server.exposition import exposed
from twohop.v1 import memory_service_pb2 as pb
from twohop.v1.memory_service_pb2_grpc import MemoryServiceStub
from twohop.v1.message_pb2 import NewMessage
from twohop.v1.scope_pb2 import Scope


def adding(text: str) -> pb.AddMemoriesRequest:
    return pb.AddMemoriesRequest(
        scope=Scope(user_id="ana"), messages=[NewMessage(role="ROLE_USER", name="Ana", content=text)]
    )


def values(registry: CollectorRegistry) -> dict[str, float]:
    """What has been counted: `name{labels}` to value, without zeros, times, and the gauge, which is of the moment."""
    return {
        f"{sample.name}{{{','.join(sample.labels.values())}}}": sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.value and metric.type != "gauge" and not sample.name.endswith(("_created", "_bucket"))
    }


def fetched(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        body: bytes = answer.read()
    return body.decode()


async def counted(served: Served, *texts: str) -> dict[str, float]:
    for text in texts:
        await served.memory.AddMemories(adding(text))
    return values(served.app.metrics.registry)


async def test_rules_are_counted_without_calls(tmp_path: Path) -> None:
    """Adds, tries and decisions by state, operation and decider; no call when no model is there."""
    async with serving(tmp_path / "data") as served:
        found = await counted(served, "I work at Acme.", "I work at Acme.")
    assert found == {
        "twohop_adds_total{done}": 2,
        "twohop_job_tries_total{done}": 2,
        "twohop_decisions_total{add,rules}": 1,
        "twohop_decisions_total{noop,rules}": 1,
    }


async def test_calls_tokens_refusals_and_dropped_facts_are_counted(tmp_path: Path) -> None:
    """A model's work by phase, what the guardrails refused it, and the facts that it gave for nothing."""
    usage = {"prompt_tokens": 150, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 50}}
    tea = fact(
        text="Ana works at Acme Tea",
        cardinality="many",
        quote="tea",
        triples=[{"subject": "Ana", "predicate": "likes", "object": "tea", "literal": False}],
    )
    script = by_phase(
        extract=[
            call(facts({}), usage=usage),
            say("prose"),
            call({"facts": [tea, fact(quote="never said")]}, usage=usage),
        ],
        judge=[call({"decisions": [decision(1, "DELETE", 1)]}, usage=usage)],
    )
    async with model_server(script) as model:
        llm = LlmSettings(provider="openai", base_url=model.base_url, model="tiny", max_retries=0)
        async with serving(tmp_path / "data", llm=llm) as served:
            found = await counted(served, "I work at Acme", "tea")
    assert found == {
        "twohop_adds_total{done}": 2,
        "twohop_job_tries_total{done}": 2,
        "twohop_decisions_total{add,model}": 2,
        "twohop_decisions_total{drop,code}": 1,
        "twohop_dropped_facts_total{QUOTE_NOT_FOUND}": 1,
        "twohop_guard_refusals_total{delete}": 1,
        "twohop_model_calls_total{extract}": 2,
        "twohop_model_calls_total{repair}": 1,
        "twohop_model_calls_total{judge}": 1,
        "twohop_model_tokens_total{extract,in}": 150,
        "twohop_model_tokens_total{extract,out}": 10,
        "twohop_model_tokens_total{extract,cached}": 50,
        "twohop_model_tokens_total{repair,in}": 150,
        "twohop_model_tokens_total{repair,out}": 10,
        "twohop_model_tokens_total{repair,cached}": 50,
        "twohop_model_tokens_total{judge,in}": 150,
        "twohop_model_tokens_total{judge,out}": 10,
        "twohop_model_tokens_total{judge,cached}": 50,
        "twohop_model_call_tokens_in_count{extract}": 1,
        "twohop_model_call_tokens_in_sum{extract}": 150,
        "twohop_model_call_tokens_in_count{repair}": 1,
        "twohop_model_call_tokens_in_sum{repair}": 150,
        "twohop_model_call_tokens_in_count{judge}": 1,
        "twohop_model_call_tokens_in_sum{judge}": 150,
    }


async def test_adds_that_wait_are_counted_as_such(tmp_path: Path) -> None:
    """A model that is down: the answer and the try are pending."""
    async with model_server(refuse(500)) as model:
        llm = LlmSettings(provider="openai", base_url=model.base_url, max_retries=0)
        async with serving(tmp_path / "data", llm=llm) as served:
            found = await counted(served, "I work at Acme")
    assert found == {
        "twohop_adds_total{pending}": 1,
        "twohop_job_tries_total{pending}": 1,
        "twohop_model_calls_total{extract}": 1,
    }


def test_a_server_shows_its_metrics_when_told_to(tmp_path: Path) -> None:
    """With a port in the environment `twohop serve` answers a scraper there, on loopback; it holds nobody's words."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with running(tmp_path / "data", TWOHOP_SERVER__METRICS_PORT=str(port)) as server:
        with grpc.insecure_channel(server.address) as channel:
            MemoryServiceStub(channel).AddMemories(adding("I work at Acme."))
        shown = fetched(port)
        assert server.stop() == 0
    assert 'twohop_adds_total{state="done"} 1.0' in shown
    for gauge in ("twohop_outbox_rows", "twohop_outbox_age_seconds", "twohop_outbox_parked_rows"):
        assert f"\n{gauge} " in shown
    assert "Acme" not in shown


def test_the_outbox_s_lag_is_told_in_rows_and_seconds() -> None:
    """What waits, for how long the oldest row has, and what is parked; all is back at nothing when nothing waits."""
    metrics = Metrics()

    def told() -> list[float | None]:
        names = ("twohop_outbox_rows", "twohop_outbox_age_seconds", "twohop_outbox_parked_rows")
        return [metrics.registry.get_sample_value(name) for name in names]

    metrics.lags(Backlog(waiting=3, parked=1, oldest_at=2_000_000), 4_500_000)
    assert told() == [3, 2.5, 1]
    metrics.lags(Backlog(waiting=1, oldest_at=5_000_000), 4_500_000)
    assert told() == [1, 0, 0], "the ledger's clock may be ahead of ours"
    metrics.lags(Backlog(waiting=0), 4_500_000)
    assert told() == [0, 0, 0]


def test_metrics_are_off_unless_told() -> None:
    """No port, no listener."""
    with exposed(CollectorRegistry(), "127.0.0.1", None) as port:
        assert port == 0


def test_a_taken_port_is_told() -> None:
    """The message says which setting to change."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        exposing: AbstractContextManager[int] = exposed(CollectorRegistry(), *taken.getsockname())
        with pytest.raises(Misconfigured, match="TWOHOP_SERVER__METRICS_PORT"):
            exposing.__enter__()


def test_statements_are_timed_by_kind() -> None:
    """What goes to the ledger's server is counted and timed by what it is for."""
    metrics = Metrics()
    for statement in (
        Statement("read", "RETURN 1", 0.25),
        Statement("read", "RETURN 1", 0.5),
        Statement("write", "RETURN 1", 1.0),
    ):
        metrics.ran(statement)
    assert values(metrics.registry) == {
        "twohop_ledger_statement_seconds_count{read}": 2,
        "twohop_ledger_statement_seconds_sum{read}": 0.75,
        "twohop_ledger_statement_seconds_count{write}": 1,
        "twohop_ledger_statement_seconds_sum{write}": 1.0,
    }
