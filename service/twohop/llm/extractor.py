"""Phase 1 with a language model: one call gives facts and triples together."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from twohop.errors import ModelOutputInvalid
from twohop.graph.model import Kind, Message
from twohop.llm.ask import Reading, ask
from twohop.llm.openai import ChatModel
from twohop.llm.prompts import extraction_prompt, is_source
from twohop.llm.quotes import Quotable
from twohop.llm.schemas import (
    REMEMBER,
    REMEMBER_LABELLED,
    EntityShape,
    FactShape,
    Items,
    LabelledFactShape,
    NotTheSchema,
    Tool,
)
from twohop.memory.categories import folded
from twohop.memory.moment import When
from twohop.memory.ports import (
    QUOTE_NOT_FOUND,
    Calls,
    Cardinality,
    Claim,
    Dropped,
    Extraction,
    ExtractionRequest,
    Fact,
    Named,
    Phase,
    Polarity,
)
from twohop.memory.predicates import PredicateTable
from twohop.memory.settings import Limits

CUES = 6
"""How many cues a fact keeps; more only blur what it is about."""

YEARS = range(1000, 3000)
"""Years that a conversation can be about. Models write 0001 and 9999 for an open end."""


class ModelExtractor:
    """An `Extractor` over a chat model. `limits` bound what a fact may hold; its decider is the model's id."""

    def __init__(self, model: ChatModel, predicates: PredicateTable, *, limits: Limits | None = None) -> None:
        self._model = model
        self._predicates = predicates
        self._limits = limits or Limits()

    async def extract(self, request: ExtractionRequest, calls: Calls) -> Extraction:
        """Facts of the exchange in the order said; with nothing to extract from, no call is made.

        A fact is dropped, with the reason, when it breaks the schema also after a repair try, when its quote stands in
        no message it may rest on, or when its text is blank or oversized. A date that can't be read is left out and
        its fact kept.

        Raises:
            ModelUnavailable: the server can't be reached within the model's deadline.
            ModelRejected: the server or the model refused.
            ModelOutputInvalid: nothing of the answer can be used, also after a repair try.
        """
        decider = self._model.model
        messages = [m for m in request.exchange if is_source(m, owner_is_agent=request.owner_is_agent)]
        if not messages:
            return Extraction(facts=(), decider=decider)
        tool: Tool[Any] = REMEMBER_LABELLED if request.categories else REMEMBER
        items = await ask(self._model, extraction_prompt(request), tool, read, calls, Phase.EXTRACT)
        sources = [(message, Quotable(message.content)) for message in messages]
        labels = {folded(category): category for category in request.categories}
        facts: list[Fact] = []
        dropped = [unusable(broken.text, broken.defect) for broken in items.broken]
        for shape in items.valid:
            fact = self._fact(shape, sources, labels)
            if isinstance(fact, Fact) and len(facts) >= self._limits.facts:
                fact = unusable(shape.text, f"more than {self._limits.facts} facts in one answer")
            if isinstance(fact, Fact):
                facts.append(fact)
            else:
                dropped.append(fact)
        return Extraction(facts=tuple(facts), decider=decider, dropped=tuple(dropped))

    def _fact(
        self, shape: FactShape, sources: Sequence[tuple[Message, Quotable]], labels: Mapping[str, str]
    ) -> Fact | Dropped:
        text = " ".join(shape.text.split())
        if not text:
            return unusable("", "the text is blank")
        parts = [part for triple in shape.triples for part in (triple.subject, triple.predicate, triple.object)]
        names = [entity.name for entity in shape.entities]
        if any(len(part) > self._limits.fact_chars for part in (text, *parts, *names)):
            return unusable(text[: self._limits.fact_chars], f"longer than {self._limits.fact_chars} characters")
        exact = [(message, content) for message, content in sources if content.holds(shape.quote)]
        found = ((message, content.locate(shape.quote)) for message, content in exact or sources)
        source, quote = next(((message, span) for message, span in found if span), (None, ""))
        if source is None:
            return Dropped(text=text, reason=QUOTE_NOT_FOUND, detail="no message that facts are taken from holds it")
        claims = tuple(self._claims(shape))
        cues = self._predicates.cues(claims[0].predicate) if claims else ()
        return Fact(
            text=text,
            kind=Kind(shape.kind),
            claims=claims,
            entities=tuple(named(entity) for entity in shape.entities if entity.name.strip()),
            polarity=Polarity(shape.polarity),
            cardinality=Cardinality(shape.cardinality),
            correction=shape.correction,
            valid_from=written_time(shape.valid_from, source.time_zone),
            valid_to=written_time(shape.valid_to, source.time_zone),
            quote=quote,
            sources=(source.id,),
            cues=tuple(cue for cue in single((*shape.cues, *cues)) if len(cue) <= self._limits.id_chars)[:CUES],
            categories=labelled(shape, labels),
        )

    def _claims(self, shape: FactShape) -> Iterable[Claim]:
        """The triples with all three parts, each once, predicates by their canonical names."""
        seen: set[Claim] = set()
        for triple in shape.triples:
            subject, object_ = triple.subject.strip(), triple.object.strip()
            predicate = self._predicates.normalise(triple.predicate)
            claim = Claim(subject=subject, predicate=predicate, object=object_, literal=triple.literal)
            if subject and predicate and object_ and claim not in seen:
                seen.add(claim)
                yield claim


def read(items: Items[FactShape]) -> Reading[Items[FactShape]]:
    """Every fact that fits the schema is usable.

    Raises:
        NotTheSchema: there are facts and none of them does.
    """
    if items.broken and not items.valid:
        raise NotTheSchema(items.defects[0])
    return Reading(value=items, usable=len(items.valid), defects=items.defects)


def unusable(text: str, detail: str) -> Dropped:
    """A fact of the model's that can't be kept."""
    return Dropped(text=text, reason=ModelOutputInvalid.reason, detail=detail)


def labelled(shape: FactShape, labels: Mapping[str, str]) -> tuple[str, ...]:
    """The labels that were offered and given, spelt as they were offered; a model's own inventions are left out."""
    given = shape.categories if isinstance(shape, LabelledFactShape) else []
    return tuple(dict.fromkeys(labels[name] for label in given if (name := folded(label)) in labels))


def named(shape: EntityShape) -> Named:
    """The entity in the core's terms."""
    kind = "" if shape.type == "other" else shape.type
    return Named(name=shape.name.strip(), type=kind, proper=shape.proper, kinds=single(shape.kinds))


def single(words: Iterable[str]) -> tuple[str, ...]:
    """The words in lower case, each once, in order."""
    return tuple(dict.fromkeys(lower for word in words if (lower := " ".join(word.casefold().split()))))


def written_time(iso: str | None, time_zone: str) -> When | None:
    """The time, or None when nothing was written or it isn't a time that a conversation can be about."""
    if not iso:
        return None
    when = When(iso.strip())
    try:
        when.moment(time_zone)
        return when if int(when.iso[:4]) in YEARS else None
    except (ValueError, OverflowError):
        return None
