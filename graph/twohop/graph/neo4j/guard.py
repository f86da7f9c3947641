"""The rule that every Cypher statement on owner data obeys: whatever it names is bound to one owner.

Statements are our own text, so the rule is one of form, strict enough to be checked by reading them:

- a node pattern with a label of owner data says `partition: $partition` first among its properties;
- a path holds such a node, or a relationship that says so, or a variable that is bound where the path stands: by an
  earlier path, or by a name given with AS. From there it only reaches nodes of the same owner, because relationships
  never join those of two;
- a subquery has the variables that it imports, and what stands behind a WITH those that it names;
- there is no pattern of variable length, no other predicate within a pattern, and no procedure.

Idempotency records are unique in a tenant, so `tenant: $tenant` will do for them; owners may be listed by it.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from twohop.graph.neo4j.schema import LABELS

SCOPES = {
    **dict.fromkeys(LABELS, ("partition",)),
    "Request": ("tenant", "partition"),
    "Owner": ("partition", "tenant"),
}
"""Every label of owner data -> the properties one of which bounds it."""

UNSEEN = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|//[^\n]*|/\*.*?\*/", re.DOTALL)
PROPERTIES = r"(?P<properties>\{[^{}]*\})?"
NODE = re.compile(rf"\(\s*(?P<name>\w*)\s*(?P<labels>:[\s\w:|&!%]+?)?\s*{PROPERTIES}\s*\)")
EDGE = re.compile(rf"\s*<?-(?:\[\s*(?P<name>\w*)\s*(?::[\s\w|]+?)?\s*{PROPERTIES}\s*\])?->?\s*")
EVENT = re.compile(
    r"(?P<call>\bCALL\s*(?:\((?P<imported>[^()]*)\)\s*)?\{)"
    r"|(?P<open>\{)"
    r"|(?P<close>\})"
    r"|(?P<union>\bUNION\b)"
    r"|(?P<projection>(?<!STARTS )(?<!ENDS )\bWITH\b|\bRETURN\b)"
    r"|\bAS\s+(?P<alias>\w+)"
    rf"|(?P<path>{NODE.pattern})"
    r"|(?P<unread>\(\s*\w*\s*:|-\s*\[\s*\w*\s*[:*]|[(\[]\s*(?:\w+\s+)?(?:WHERE|IS(?!\s+(?:NOT\s+)?NULL))\b|"
    r"->?\s*[+*{]|\)\s*\{\s*[\d,]|`|\bCALL\b|\b(?:ALL)?SHORTEST)",
    re.IGNORECASE,
)
CLAUSE = re.compile(
    r"(?<![\w.$])(?:WHERE|ORDER|SKIP|OFFSET|LIMIT|MATCH|OPTIONAL|UNWIND|CALL|RETURN|WITH|CREATE|MERGE|SET|DELETE|DETACH|"
    r"REMOVE|FOREACH|UNION)\b|[()\[\]{},]",
    re.IGNORECASE,
)
ALIAS = re.compile(r"(?:^\s*(?:DISTINCT\s+)?|\bAS\s+)(\w+|\*)\s*$", re.IGNORECASE)
FUNCTION = re.compile(
    r"(?<![\w.])(?!(?:MATCH|MERGE|CREATE|WHERE|AND|OR|XOR|NOT|IN|RETURN|WITH|DELETE|WHEN|THEN|ELSE|ANY|ALL)\b)[\w.]+$",
    re.IGNORECASE,
)


class UnscopedStatement(RuntimeError):
    """A statement would touch owner data without being bound to one owner: a fault of ours, never of a caller."""


@lru_cache(maxsize=2048)
def check(cypher: str) -> None:
    """Pass a statement that obeys the rule.

    Raises:
        UnscopedStatement: it does not.
    """
    try:
        Walk(UNSEEN.sub("''", cypher)).to_the_end()
    except UnscopedStatement as e:
        raise UnscopedStatement(f"{e} in: {cypher}") from None


@dataclass(slots=True)
class Scope:
    """A statement or subquery, up to where the walk is.

    `bound` are the names that stand for something of the owner's, `given` those of them that no WITH takes away,
    `kept` those that the WITH leaves which ends at `until`, `returned` those that a CALL gives to what is around it.
    """

    given: frozenset[str] = frozenset()
    bound: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    until: int | None = None
    returned: set[str] = field(default_factory=set)
    called: bool = False


class Walk:
    """One walk over a statement, from its beginning to its end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._scopes = [Scope()]

    def to_the_end(self) -> None:
        """Raises `UnscopedStatement` at the first thing that is not bound to one owner."""
        place = 0
        while event := EVENT.search(self._text, place):
            place = event.end()
            scope = self._scopes[-1]
            if scope.until is not None and event.start() >= scope.until:
                scope.bound, scope.until = scope.bound & scope.kept | scope.given, None
            if event["unread"]:
                raise UnscopedStatement(f"{event[0]!r} begins what can't be checked")
            if event["path"] is None:
                self._take(event, scope)
            elif event["labels"] is None and FUNCTION.search(self._text, 0, event.start()):
                place = event.start() + 1  # The arguments of a function.
            else:
                place = self._walk_path(event.start(), scope)

    def _take(self, event: re.Match[str], scope: Scope) -> None:
        """What an event does to the names."""
        if event["call"]:
            names = {name.strip() for name in (event["imported"] or "").split(",")}
            given = frozenset(scope.bound if "*" in names else names & scope.bound)
            self._scopes.append(Scope(given, set(given), called=True))
        elif event["open"]:
            self._scopes.append(Scope(scope.given, set(scope.bound)))
        elif event["close"]:
            if len(self._scopes) == 1:
                raise UnscopedStatement("a brace closes nothing")
            self._scopes.pop()
            if scope.called:
                self._scopes[-1].bound |= scope.returned & scope.bound
        elif event["union"]:
            scope.bound = set(scope.given)
        elif event["alias"]:
            scope.bound.add(event["alias"])
        else:
            end, names = self._projected(event.end())
            kept = set(scope.bound) if "*" in names else names
            if event["projection"].upper() == "RETURN":
                scope.returned |= kept
            else:
                scope.kept, scope.until = kept, end

    def _projected(self, place: int) -> tuple[int, set[str]]:
        """Where a projection ends, and the names that it gives."""
        depth, start, end, items = 0, place, len(self._text), list[str]()
        for found in CLAUSE.finditer(self._text, place):
            if found[0] in "([{":
                depth += 1
            elif depth:
                depth -= found[0] in ")]}"
            else:
                items.append(self._text[start : found.start()])
                start = found.end()
                if found[0] != ",":
                    end = found.start()
                    break
        else:
            items.append(self._text[start:])
        return end, {alias[1] for item in items if (alias := ALIAS.search(item))}

    def _walk_path(self, place: int, scope: Scope) -> int:
        """Where the path that begins here ends; its names are bound from then on."""
        names, anchored = set[str](), False
        node = NODE.match(self._text, place)
        while node:
            names.add(node["name"])
            anchored |= node["name"] in scope.bound or bound(node["properties"], ("partition",))
            for label in SCOPES.keys() & re.findall(r"\w+", node["labels"] or ""):
                if not bound(node["properties"], SCOPES[label]):
                    raise UnscopedStatement(f"(:{label}) is not bound to one owner")
                anchored = True
            place = node.end()
            if edge := EDGE.match(self._text, place):
                names.add(edge["name"])
                anchored |= edge["name"] in scope.bound or bound(edge["properties"], ("partition",))
                place = edge.end()
            node = NODE.match(self._text, place) if edge else None
        if not anchored:
            raise UnscopedStatement("a path is not bound to one owner")
        scope.bound |= names - {""}
        return place


def bound(properties: str | None, scopes: tuple[str, ...]) -> bool:
    """Whether the first property is the owner's."""
    return properties is not None and any(re.match(rf"\{{\s*{scope}:\s*\${scope}\b", properties) for scope in scopes)
