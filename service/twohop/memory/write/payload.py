"""A job's payload as JSON: which messages it is about, and the facts that wait for a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from twohop.graph.model import Kind, Metadata
from twohop.memory.moment import When
from twohop.memory.ports import Cardinality, Claim, Fact, Named, Polarity


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """`messages`: ids, in order. `done`: how many of them are extracted and committed. `facts`: None = to be extracted.

    `until`: the facts are about `messages[done:until]`. `author`: who gave them: `user`, or the extractor's id when
    only their judging is left. `position`: how many decisions the job has recorded. `failed`: something was lost.
    `config_version`: of the agent's configuration that the job follows (0 = of none); None = not looked up yet.
    """

    messages: tuple[str, ...]
    done: int = 0
    facts: tuple[Fact, ...] | None = None
    until: int = 0
    author: str = ""
    position: int = 0
    failed: bool = False
    metadata: Metadata = field(default_factory=dict)
    config_version: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "messages": list(self.messages),
            "done": self.done,
            "facts": None if self.facts is None else [fact_to_json(fact) for fact in self.facts],
            "until": self.until,
            "author": self.author,
            "position": self.position,
            "failed": self.failed,
            "metadata": dict(self.metadata),
            "config_version": self.config_version,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Payload":
        """From what `to_json` gave."""
        facts = data["facts"]
        return cls(
            messages=tuple(data["messages"]),
            done=data["done"],
            facts=None if facts is None else tuple(fact_from_json(fact) for fact in facts),
            until=data["until"],
            author=data["author"],
            position=data["position"],
            failed=data["failed"],
            metadata=data["metadata"],
            config_version=data["config_version"],
        )


def fact_to_json(fact: Fact) -> dict[str, Any]:
    """A fact as plain JSON."""
    return {
        "text": fact.text,
        "kind": fact.kind.value,
        "claims": [[c.subject, c.predicate, c.object, c.literal] for c in fact.claims],
        "entities": [[e.name, e.type, e.proper, list(e.kinds)] for e in fact.entities],
        "polarity": fact.polarity.value,
        "cardinality": fact.cardinality.value,
        "correction": fact.correction,
        "valid_from": fact.valid_from.iso if fact.valid_from else None,
        "valid_to": fact.valid_to.iso if fact.valid_to else None,
        "quote": fact.quote,
        "sources": list(fact.sources),
        "cues": list(fact.cues),
        "categories": list(fact.categories),
    }


def fact_from_json(data: Mapping[str, Any]) -> Fact:
    """From what `fact_to_json` gave."""

    def strings(name: str) -> tuple[str, ...]:
        values: Sequence[str] = data[name]
        return tuple(values)

    return Fact(
        text=data["text"],
        kind=Kind(data["kind"]),
        claims=tuple(Claim(subject=s, predicate=p, object=o, literal=lit) for s, p, o, lit in data["claims"]),
        entities=tuple(Named(name=n, type=t, proper=p, kinds=tuple(k)) for n, t, p, k in data["entities"]),
        polarity=Polarity(data["polarity"]),
        cardinality=Cardinality(data["cardinality"]),
        correction=data["correction"],
        valid_from=When(data["valid_from"]) if data["valid_from"] else None,
        valid_to=When(data["valid_to"]) if data["valid_to"] else None,
        quote=data["quote"],
        sources=strings("sources"),
        cues=strings("cues"),
        categories=strings("categories"),
    )
