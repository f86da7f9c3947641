"""Settings of a process, read once from the environment (`TWOHOP_` prefix, `__` between levels).

`TWOHOP_LLM__MODEL=gpt-4.1-nano`, `TWOHOP_SERVER__PORT=50051`, `TWOHOP_DATA_DIR=/var/lib/twohop`.
"""

import os
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from twohop.memory.settings import Limits, SummarySettings, WriteSettings


class ServerSettings(BaseModel):
    """Where and how the gRPC server listens. Without authentication only loopback addresses are taken.

    `insecure_bind`: take other addresses too, since only trusted callers reach them (a container whose port is
    published on loopback, a cluster's network policy). Whoever reaches the port reads and writes everything.
    `metrics_port`: where Prometheus finds the metrics over HTTP, on `host`; none by default, 0 = a free port.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=50051, ge=0, le=65535)
    insecure_bind: bool = False
    max_concurrent_calls: int = Field(default=256, ge=1)
    max_concurrent_streams: int = Field(default=256, ge=1)
    drain_seconds: float = Field(default=10.0, ge=0)
    metrics_port: int | None = Field(default=None, ge=0, le=65535)


class LlmSettings(BaseModel):
    """The language model. `provider` "auto" = "openai" when a key or base URL is set, else the offline "rules".

    `mode`: how structured output is asked for ("tools", or "json_schema" for servers that ignore tools). `fallback`:
    what decides when the model fails ("none": the add waits or says what failed; "rules": the offline rules decide,
    recorded as the decider). `timeout_seconds` bounds one HTTP request, `deadline_seconds` all requests of one
    question with its repair, waits included; `backoff_seconds` is the first wait before a repeat, doubled each time.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: Literal["auto", "openai", "rules"] = "auto"
    base_url: str = ""
    api_key: SecretStr | None = None
    model: str = "gpt-4.1-nano"
    mode: Literal["tools", "json_schema"] = "tools"
    fallback: Literal["none", "rules"] = "none"
    timeout_seconds: float = Field(default=30.0, gt=0)
    deadline_seconds: float = Field(default=90.0, gt=0)
    backoff_seconds: float = Field(default=0.5, gt=0)
    max_retries: int = Field(default=2, ge=0, le=10)

    def key(self) -> str:
        """The API key: `TWOHOP_LLM__API_KEY`, else `OPENAI_API_KEY`, else empty."""
        if self.api_key is not None:
            return self.api_key.get_secret_value()
        return os.environ.get("OPENAI_API_KEY", "")

    def url(self) -> str:
        """The base URL: `TWOHOP_LLM__BASE_URL`, else `OPENAI_BASE_URL`, else empty (the client's default)."""
        return self.base_url or os.environ.get("OPENAI_BASE_URL", "")

    def chosen(self) -> Literal["openai", "rules"]:
        """The provider after "auto" is settled."""
        if self.provider != "auto":
            return self.provider
        return "openai" if self.key() or self.url() else "rules"


class EmbedderSettings(BaseModel):
    """The embedding model. `wordllama` needs nothing; `openai` any /v1/embeddings; `fastembed` the extra."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: Literal["wordllama", "openai", "fastembed"] = "wordllama"
    model: str = ""
    dimension: int = Field(default=0, ge=0)
    base_url: str = ""
    api_key: SecretStr | None = None

    def key(self) -> str:
        """The API key: `TWOHOP_EMBEDDER__API_KEY`, else `OPENAI_API_KEY`, else empty."""
        if self.api_key is not None:
            return self.api_key.get_secret_value()
        return os.environ.get("OPENAI_API_KEY", "")


class LedgerSettings(BaseModel):
    """The system of record. `sqlite`: in the data directory, for one process. `neo4j`: a server that many share.

    The rest is about `neo4j`. `uri`: bolt://host:7687, or neo4j+s://host:7687 for TLS and clusters. Labels,
    constraints and indexes of `database` are twohop's own; nodes with other labels are left alone. `pool`: connections
    of this process, which bound its transactions at a time. `wait_seconds`: how long a database that is still starting
    is waited for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: Literal["sqlite", "neo4j"] = "sqlite"
    uri: str = ""
    user: str = "neo4j"
    password: SecretStr | None = None
    database: str = "neo4j"
    pool: int = Field(default=64, ge=2, le=1024)
    wait_seconds: float = Field(default=60.0, ge=0)

    def secret(self) -> str:
        """The password, else empty."""
        return self.password.get_secret_value() if self.password is not None else ""


class IndexSettings(BaseModel):
    """The vector index. `edge`: in this process, in the data directory. `qdrant`: a server that processes share.

    `none`: nothing is found by meaning; names, words and the graph answer. The rest is about `qdrant`: `url` (https =
    TLS), `grpc_port` of the same host, unless `prefer_grpc` is off; `collection` is an alias, whose collections are
    `<collection>-<n>`; `timeout_seconds` bounds one request. How a new collection lies on the server's nodes and
    disks is up to the server where nothing is set.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: Literal["edge", "qdrant", "none"] = "edge"
    url: str = Field(default="", pattern=r"^(https?://.+)?$")
    api_key: SecretStr | None = None
    collection: str = Field(default="twohop", pattern=r"^[A-Za-z0-9_-]{1,200}$")
    prefer_grpc: bool = True
    grpc_port: int = Field(default=6334, ge=1, le=65535)
    timeout_seconds: float = Field(default=5.0, gt=0)
    shard_number: int | None = Field(default=None, ge=1)
    replication_factor: int | None = Field(default=None, ge=1)
    write_consistency_factor: int | None = Field(default=None, ge=1)
    on_disk: bool = False

    def key(self) -> str:
        """The API key, else empty."""
        return self.api_key.get_secret_value() if self.api_key is not None else ""


class Settings(BaseSettings):
    """Everything that a process needs to know.

    `predicates` extends the table of predicates (`twohop.memory.predicates`), as JSON in the environment:
    `TWOHOP_PREDICATES='{"drives_for": {"cardinality": "one", "synonyms": ["is a driver for"]}}'`.
    """

    model_config = SettingsConfigDict(env_prefix="TWOHOP_", env_nested_delimiter="__", extra="ignore", frozen=True)

    data_dir: Path = Field(default_factory=lambda: user_data_path("twohop"))
    server: ServerSettings = ServerSettings()
    llm: LlmSettings = LlmSettings()
    embedder: EmbedderSettings = EmbedderSettings()
    ledger: LedgerSettings = LedgerSettings()
    index: IndexSettings = IndexSettings()
    limits: Limits = Limits()
    write: WriteSettings = WriteSettings()
    summary: SummarySettings = SummarySettings()
    predicates: dict[str, dict[str, Any]] = Field(default_factory=dict)
    synchronous: Literal["FULL", "OFF"] = "FULL"
    fault_point: str = ""
    """A step of an add at which this process ends at once (`twohop.memory.steps`). For tests of recovery."""

    def in_data_dir(self) -> bool:
        """Whether anything of this deployment stands in the data directory."""
        return self.ledger.backend == "sqlite" or self.index.backend == "edge"
