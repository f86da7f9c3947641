"""The core's tunables with their sources. Read once at the edge (`twohop.config`) and passed down."""

from dataclasses import dataclass

from twohop.memory.ports import CALLS


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a request may hold; beyond it `InvalidInput` says the limit.

    `message_chars`: about 8,000 tokens, more than one turn of any assistant needs. `messages`: a long session sent at
    once. `request_chars` bounds what one add keeps in memory. `metadata_bytes`, `metadata_depth`: stored as JSON with
    every revision, so small. `instruction_chars`: an agent's own instructions go with every one of its adds, so at most
    a third of ours. `categories`, `category_chars`: they are listed in the prompt. `retention_days`: a hundred years.

    Of one fact: `fact_claims`, a sentence says one thing and few beside it, and each claim is a relation to derive in
    the commit; `fact_entities`: both ends of each claim, and as many names that no claim holds; `fact_sources`: every
    message of its request; `fact_labels` (cues, categories, an entity's kinds): two thirds more than the six cues and
    the few labels that an extractor gives.
    """

    message_chars: int = 32_000
    messages: int = 200
    request_chars: int = 1_000_000
    facts: int = 200
    fact_chars: int = 2_000
    fact_claims: int = 8
    fact_entities: int = 32
    fact_sources: int = 200
    fact_labels: int = 16
    query_chars: int = 10_000
    id_chars: int = 256
    recall_limit: int = 100
    context_tokens: int = 100_000
    filter_runs: int = 1_000
    page_size: int = 1_000
    metadata_bytes: int = 16_384
    metadata_depth: int = 5
    instruction_chars: int = 2_000
    categories: int = 32
    category_chars: int = 64
    retention_days: int = 36_500


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSettings:
    """The write path's constants.

    `recent_messages` (m) and `similar_memories` (s) are Mem0's published 10 and 10. `near` is the least cosine of a
    candidate worth a judge's attention: below it two wordllama vectors share a topic at most (looked at on
    conversation facts; raising it saves judge calls, lowering it finds looser paraphrases). `same` is the cosine from
    which a memory committed by someone else since the read is compared again. `destructive` (k) caps how many
    memories one add may close or rewrite: a longer list has always been a model gone wrong. `chunk` is how many
    messages one extraction call takes at most, `chunk_chars` how many characters (about 6,000 tokens: with context and
    instructions it fits a model of 16,000, and facts of the middle of longer texts are missed more often). `rejudge`
    bounds repeats after concurrent commits, `calls` all model calls of one try at one chunk (`ports.Calls`).
    `attempts` and `backoff_seconds` (doubled each time, at most `backoff_cap_seconds`, jittered) bound tries of a job
    that waits for a model: some ten minutes in all, about what a model's server needs to come back. A server's own wish
    to wait is kept up to `retry_after_cap_seconds`, the longest window of common rate limits.

    `concurrent_jobs` is how many adds are worked on at a time: they wait for models, whose servers take some tens of
    calls at once. One owner gets `concurrent_jobs_per_owner` of them, an eighth, so that a slow one leaves room.
    `request_days` is the API's promise; finished jobs are kept for `job_days` (never less than that, since a repeated
    call is answered from its job), dead letters for `dead_letter_days`, a quarter to notice them in.
    """

    recent_messages: int = 10
    similar_memories: int = 10
    near: float = 0.45
    same: float = 0.8
    destructive: int = 10
    chunk: int = 20
    chunk_chars: int = 24_000
    rejudge: int = 2
    calls: int = CALLS
    attempts: int = 8
    backoff_seconds: float = 2.0
    backoff_cap_seconds: float = 300.0
    retry_after_cap_seconds: float = 3_600.0
    concurrent_jobs: int = 32
    concurrent_jobs_per_owner: int = 4
    request_days: int = 7
    job_days: int = 30
    dead_letter_days: int = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class SummarySettings:
    """When a session's rolling summary is refreshed, and how.

    After `messages` new ones (n): twice the recent messages that every extraction sees anyway, so a summary is never
    more than that behind them. After `seconds` (t) with fewer: a conversation that paused for a quarter of an hour is
    over for now. One model call takes `chunk` messages at most. `chars` bounds the text: a dozen sentences, because
    every later extraction pays for it. `concurrent` are written at a time, apart from
    the adds, which never wait for one.
    """

    messages: int = 20
    seconds: float = 900.0
    chunk: int = 40
    chars: int = 1_000
    concurrent: int = 4
