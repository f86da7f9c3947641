"""Counts for Prometheus, fed by the core. Each application has a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from twohop.graph.model import Decision, JobState, Operation
from twohop.graph.statement import Statement
from twohop.graph.store import Backlog
from twohop.memory.ports import Phase, Usage

KINDS = frozenset({"rules", "user", "code", "recorded"})
"""Deciders that go by their own name; every other one is a model's id, which would make one series a model."""

TOKENS = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
"""Buckets of one call's tokens in: from a short exchange to the largest contexts in use, about half a decade apart."""

SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
"""Buckets of one statement: from a look-up in memory to the longest that a call may take."""


class Metrics:
    """Implements `twohop.memory.observe.Observer`. `registry` is what an exposition serves."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._adds = Counter(
            "twohop_adds", "Answers to calls that add, by the job's state then.", ["state"], registry=self.registry
        )
        self._jobs = Counter(
            "twohop_job_tries", "Tries of jobs, by the state they ended in.", ["state"], registry=self.registry
        )
        self._decisions = Counter(
            "twohop_decisions",
            "Committed decisions of adds, by operation and kind of decider.",
            ["operation", "decider"],
            registry=self.registry,
        )
        self._refusals = Counter(
            "twohop_guard_refusals",
            "Decisions of judges that the guardrails refused, by the operation refused.",
            ["operation"],
            registry=self.registry,
        )
        self._dropped = Counter(
            "twohop_dropped_facts", "Facts that were not kept, by reason.", ["reason"], registry=self.registry
        )
        self._calls = Counter("twohop_model_calls", "Model calls, by what for.", ["phase"], registry=self.registry)
        self._tokens = Counter(
            "twohop_model_tokens",
            "Tokens of model calls, by what for and direction (cached is a part of in).",
            ["phase", "direction"],
            registry=self.registry,
        )
        self._sizes = Histogram(
            "twohop_model_call_tokens_in",
            "Tokens sent in one model call, by what for.",
            ["phase"],
            buckets=TOKENS,
            registry=self.registry,
        )
        self._statements = Histogram(
            "twohop_ledger_statement_seconds",
            "Round trips to the ledger's server, by what for.",
            ["kind"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._rows = Gauge("twohop_outbox_rows", "Changes that wait for the index.", registry=self.registry)
        self._age = Gauge(
            "twohop_outbox_age_seconds",
            "How long the oldest change that waits for the index has waited.",
            registry=self.registry,
        )
        self._parked = Gauge(
            "twohop_outbox_parked_rows",
            "Changes that could not be projected and wait for the next start, or for a change of the same row.",
            registry=self.registry,
        )

    def ran(self, statement: Statement) -> None:
        """A statement of the ledger's server is over."""
        self._statements.labels(statement.kind).observe(statement.seconds)

    def answered(self, state: JobState) -> None:
        """A caller of an add was answered with this state."""
        self._adds.labels(state.value).inc()

    def worked(self, state: JobState) -> None:
        """One try of a job ended in this state."""
        self._jobs.labels(state.value).inc()

    def decided(self, decision: Decision) -> None:
        """A decision was committed."""
        decider = decision.decider if decision.decider in KINDS else "model"
        self._decisions.labels(decision.operation.value, decider).inc()
        if decision.refused:
            self._refusals.labels(decision.refused).inc()
        if decision.operation in {Operation.DROP, Operation.FAIL}:
            self._dropped.labels(decision.status or "TAKEN_BACK").inc()

    def called(self, phase: Phase, tokens: Usage) -> None:
        """A model was called."""
        self._calls.labels(phase.value).inc()
        self._tokens.labels(phase.value, "in").inc(tokens.tokens_in)
        self._tokens.labels(phase.value, "out").inc(tokens.tokens_out)
        self._tokens.labels(phase.value, "cached").inc(tokens.tokens_cached)
        if tokens.tokens_in:
            self._sizes.labels(phase.value).observe(tokens.tokens_in)

    def lags(self, backlog: Backlog, now: int) -> None:
        """What waits for the index now."""
        self._rows.set(backlog.waiting)
        self._parked.set(backlog.parked)
        self._age.set(0 if backlog.oldest_at is None else max(0, now - backlog.oldest_at) / 1_000_000)
