"""What a model may answer: one list of items in a strict JSON schema, and the reading of such a list.

The shapes are both the schema that is sent and the check of what comes back, so the two can't drift apart. Every
property is required and no other is allowed, as strict function calling asks.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from twohop.memory.validate import CONTROL, SURROGATE

NAMED_DEFECTS = 5
"""How many broken items a defect names one by one: enough for a model to see the pattern, short enough for a log."""


def plain(text: str) -> str:
    """Text that every store takes.

    Raises:
        ValueError: it holds lone surrogates or control characters other than tabs and line breaks.
    """
    if SURROGATE.search(text) or CONTROL.search(text):
        raise ValueError("holds characters that are not text")
    return text


Text = Annotated[str, AfterValidator(plain)]


class Shape(BaseModel):
    """A JSON object with exactly the given properties, each of exactly the given type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TripleShape(Shape):
    """A relation as the model writes it."""

    subject: Text
    predicate: Text
    object: Text
    literal: bool


class EntityShape(Shape):
    """A thing with a name as the model writes it."""

    name: Text
    type: Literal["person", "organisation", "place", "thing", "event", "other"]
    proper: bool
    kinds: list[Text]


class FactShape(Shape):
    """A fact as the model writes it; `twohop.memory.ports.Fact` says what the parts mean."""

    text: Text
    kind: Literal["state", "event", "preference", "plan", "attribute"]
    polarity: Literal["affirmed", "ended", "negated"]
    correction: bool
    cardinality: Literal["one", "many", "unknown"]
    triples: list[TripleShape]
    valid_from: Text | None
    valid_to: Text | None
    quote: Text
    entities: list[EntityShape]
    cues: list[Text]


class LabelledFactShape(FactShape):
    """A fact with labels, for agents that have configured some."""

    categories: list[Text]


class SentenceShape(Shape):
    """A sentence of a summary as the model writes it."""

    text: Text


class DecisionShape(Shape):
    """A decision as the model writes it: fact and target are the small numbers of the prompt."""

    fact: int
    operation: Literal["ADD", "UPDATE", "DELETE", "NOOP"]
    target: int | None
    text: Text | None
    reason: Text


S = TypeVar("S", bound=Shape)


@dataclass(frozen=True)
class Tool(Generic[S]):
    """A function that the model must call: its one argument `items` is a list of `item`."""

    name: str
    description: str
    items: str
    item: type[S]

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The strict JSON schema of the arguments, without references."""
        full = self.item.model_json_schema()
        return {
            "type": "object",
            "properties": {self.items: {"type": "array", "items": inlined(full, full.get("$defs", {}))}},
            "required": [self.items],
            "additionalProperties": False,
        }


REMEMBER = Tool("remember", "Store the facts of the latest exchange.", "facts", FactShape)
REMEMBER_LABELLED = Tool(REMEMBER.name, REMEMBER.description, REMEMBER.items, LabelledFactShape)
SUMMARISE = Tool("summarise", "Keep the summary of the conversation so far.", "sentences", SentenceShape)
DECIDE = Tool("decide", "Say what each new fact does to the memories near it.", "decisions", DecisionShape)


def inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """The schema without references and titles: servers differ in what else they take, and titles cost tokens."""
    if isinstance(schema, list):
        return [inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    kept = {
        key: inlined(value, definitions)
        for key, value in schema.items()
        if key not in {"$defs", "description"} and not (key == "title" and isinstance(value, str))
    }
    choices = kept.get("anyOf")
    if choices and all(set(choice) == {"type"} for choice in choices):
        return {"type": [choice["type"] for choice in choices]}
    return kept


class NotTheSchema(ValueError):
    """Nothing of an answer can be used; the text says why, in words that hold nothing of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An item that breaks the schema: its place in the list, what is wrong, and its own words if they can be told."""

    place: int
    defect: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Items(Generic[S]):
    """An answer, item by item."""

    valid: tuple[S, ...]
    broken: tuple[Broken, ...]

    @property
    def defects(self) -> tuple[str, ...]:
        """What is wrong, a line each."""
        lines = [broken.defect for broken in self.broken[:NAMED_DEFECTS]]
        more = len(self.broken) - len(lines)
        return (*lines, f"and {more} more like these") if more else tuple(lines)


def read_object(text: str) -> dict[str, Any]:
    """The one JSON object that the text is.

    Raises:
        NotTheSchema: prose, a code fence, cut-off or other JSON.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise NotTheSchema("the answer is not one JSON object") from None
    if not isinstance(value, dict):
        raise NotTheSchema("the answer is not a JSON object")
    return value


def read_items(arguments: Mapping[str, Any], tool: Tool[S]) -> Items[S]:
    """The items of an answer: those that fit the schema, and apart those that don't.

    Raises:
        NotTheSchema: the list itself is missing, or something stands beside it.
    """
    if set(arguments) != {tool.items} or not isinstance(arguments[tool.items], list):
        raise NotTheSchema(f"the answer must hold one list named {tool.items} and nothing else")
    valid: list[S] = []
    broken: list[Broken] = []
    for place, item in enumerate(arguments[tool.items]):
        try:
            valid.append(tool.item.model_validate(item))
        except ValidationError as e:
            broken.append(Broken(place=place, defect=f"{tool.items}[{place}]{defect(e)}", text=words_of(item)))
    return Items(valid=tuple(valid), broken=tuple(broken))


def defect(error: ValidationError) -> str:
    """The first thing wrong with an item; names that the model made up are left out."""
    first = error.errors(include_input=False, include_url=False)[0]
    path: Sequence[int | str] = first["loc"]
    if first["type"] == "extra_forbidden":
        path = path[:-1]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path) + f": {first['msg']}"


def words_of(item: object) -> str:
    """The item's text, to be shown beside the reason for which it was dropped; empty when it has none."""
    text = item.get("text") if isinstance(item, dict) else None
    return SURROGATE.sub("", text) if isinstance(text, str) else ""
