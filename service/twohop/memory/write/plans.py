"""What a plan is called once it came true: "plans to visit Rome" is over when "visited Rome" holds."""

from twohop.graph.model import Triple

INTENTIONS = (
    "plans_to",
    "intends_to",
    "is_planning_to",
    "planning_to",
    "going_to",
    "will",
    "wants_to",
    "hopes_to",
    "would_like_to",
)
"""How extractors begin the predicate of a plan; what follows is the plain verb."""

BEGINNINGS = {
    "lives_in": ("move_to", "relocate_to", "settle_in", "move_back_to", "return_to", "emigrate_to"),
    "works_at": ("join", "start_at", "work_for", "move_to", "switch_to"),
    "married_to": ("marry",),
    "owns": ("buy", "get", "acquire", "purchase"),
    "has_pet": ("adopt", "get", "buy"),
    "studies_at": ("attend", "enrol_at", "enroll_at", "start_at", "go_to"),
}
"""How people call what a state begins with: whoever planned to move to Oslo and lives there has moved."""

IRREGULAR = {
    "bought": "buy",
    "became": "become",
    "began": "begin",
    "built": "build",
    "did": "do",
    "found": "find",
    "gave": "give",
    "got": "get",
    "has": "have",
    "had": "have",
    "held": "hold",
    "left": "leave",
    "made": "make",
    "met": "meet",
    "quit": "quit",
    "ran": "run",
    "read": "read",
    "rode": "ride",
    "saw": "see",
    "sold": "sell",
    "spent": "spend",
    "swam": "swim",
    "taught": "teach",
    "took": "take",
    "went": "go",
    "won": "win",
    "wrote": "write",
}
"""English past forms that no rule gives, of verbs that people plan."""


def plans_of(done: Triple) -> tuple[Triple, ...]:
    """The claims of plans that come true with this one: its own predicate, and its verb behind each intention."""
    verb, _, rest = done.predicate.partition("_")
    tails = [f"{base}_{rest}" if rest else base for base in plain(verb)]
    tails += BEGINNINGS.get(done.predicate, ())
    names = (done.predicate, *(f"{intention}_{tail}" for intention in INTENTIONS for tail in tails))
    return tuple(Triple(done.subject_id, name, done.object_id, done.literal) for name in names)


def plain(verb: str) -> tuple[str, ...]:
    """The plain forms that a verb in the past, or in the third person, may have."""
    if verb in IRREGULAR:
        return (IRREGULAR[verb],)
    if verb.endswith("ied"):
        return (f"{verb[:-3]}y",)
    if verb.endswith("ed"):
        doubled = (verb[:-3],) if len(verb) > len("xxed") and verb[-3] == verb[-4] else ()
        return (verb[:-2], verb[:-1], *doubled)
    if verb.endswith("s") and not verb.endswith("ss"):
        return (verb[:-1], *((verb[:-2],) if verb.endswith("es") else ()))
    return (verb,)
