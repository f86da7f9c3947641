"""An agent's configuration, applied to its adds: what its extractor is told, what is kept and how long, who decides."""

from dataclasses import dataclass, replace

import structlog

from twohop.graph.model import AgentConfig, Job, Scope
from twohop.graph.store import Ledger
from twohop.memory.categories import categorised, folded
from twohop.memory.ports import (
    CATEGORY_IGNORED,
    Calls,
    Dropped,
    Extraction,
    ExtractionRequest,
    Extractor,
    Fact,
    Immediate,
    Judge,
    Models,
)
from twohop.memory.predicates import PredicateTable
from twohop.memory.write.payload import Payload
from twohop.memory.write.scene import Scene

log = structlog.get_logger(__name__)

DAY = 86_400_000_000
"""Microseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """Who extracts and judges one job, and how many days what it makes is kept (0 = for ever).

    `extracts_at_once`: extracting asks no model.
    """

    extractor: Extractor
    judge: Judge
    retention_days: int = 0
    extracts_at_once: bool = False

    @property
    def judges_at_once(self) -> bool:
        """Whether judging asks no model."""
        return isinstance(self.judge, Immediate)

    def expires_at(self, now: int) -> int | None:
        """When a memory that is made now expires; None = never."""
        return now + self.retention_days * DAY if self.retention_days else None


class GuidedExtractor:
    """An `Extractor` that follows a configuration and gives every fact its categories."""

    def __init__(self, extractor: Extractor, config: AgentConfig, predicates: PredicateTable) -> None:
        self._extractor = extractor
        self._config = config
        self._predicates = predicates
        self._keep = {folded(category) for category in config.keep_categories}
        self._ignore = {folded(category) for category in config.ignore_categories}

    async def extract(self, request: ExtractionRequest, calls: Calls, /) -> Extraction:
        """The facts that are wanted; the others are dropped with `CATEGORY_IGNORED`."""
        extraction = await self._extractor.extract(
            replace(
                request,
                instructions=self._config.instructions,
                categories=(*self._config.keep_categories, *self._config.ignore_categories),
            ),
            calls,
        )
        facts = [categorised(fact, self._predicates) for fact in extraction.facts]
        return replace(
            extraction,
            facts=tuple(fact for fact in facts if not self._unwanted(fact)),
            dropped=(
                *extraction.dropped,
                *(
                    Dropped(text=fact.text, reason=CATEGORY_IGNORED, detail=why)
                    for fact in facts
                    if (why := self._unwanted(fact))
                ),
            ),
        )

    def _unwanted(self, fact: Fact) -> str:
        """Why the agent doesn't want the fact; empty when it does."""
        categories = {folded(category): category for category in fact.categories}
        if ignored := [categories[name] for name in categories if name in self._ignore]:
            return f"the agent ignores {', '.join(ignored)}"
        if self._keep and not self._keep & categories.keys():
            return f"the agent doesn't keep {', '.join(categories.values())}"
        return ""


class Agents:
    """Finds the configuration that a job follows."""

    def __init__(self, ledger: Ledger, models: Models, predicates: PredicateTable) -> None:
        self._ledger = ledger
        self._models = models
        self._predicates = predicates
        self.none = self._following(AgentConfig())
        """What adds without a configured agent follow."""

    async def guidance(self, job: Job, scene: Scene) -> tuple[Job, Guidance]:
        """What the job follows, and the job with the version of it, which every later try of the job follows too.

        The version is the latest when the job is first processed: an add that waited longer follows what was set
        meanwhile, one that was tried before is finished as it was begun.
        """
        payload = Payload.from_json(job.payload)
        config = await self._config(payload, scene)
        if payload.config_version is None:
            job = replace(job, payload=replace(payload, config_version=config.version).to_json())
        return job, self._following(config) if config.version else self.none

    async def of(self, scope: Scope, agent_id: str) -> Guidance:
        """What an add of that agent would follow now; an empty id = none."""
        if not agent_id:
            return self.none
        agent = Scope(tenant=scope.tenant, agent_id=agent_id)
        config = await self._ledger.agent_config(agent.partition, None)
        return self._following(config) if config is not None and config.version else self.none

    async def _config(self, payload: Payload, scene: Scene) -> AgentConfig:
        owner, said = scene.owner, scene.messages
        if owner is None or not said or not said[0].agent_id or payload.config_version == 0:
            return AgentConfig()
        agent = Scope(tenant=owner.scope.tenant, agent_id=said[0].agent_id)
        return await self._ledger.agent_config(agent.partition, payload.config_version) or AgentConfig()

    def _following(self, config: AgentConfig) -> Guidance:
        extractor, judge = self._named(config.model) or (self._models.extractor, self._models.judge)
        return Guidance(
            extractor=GuidedExtractor(extractor, config, self._predicates),
            judge=judge,
            retention_days=config.retention_days,
            extracts_at_once=isinstance(extractor, Immediate),
        )

    def _named(self, model: str) -> tuple[Extractor, Judge] | None:
        if not model:
            return None
        if self._models.named is None:
            # It was set while a model was configured. The add is not held up by what the deployment no longer has.
            log.warning("agent.model_not_used", model=model)
            return None
        return self._models.named(model)
