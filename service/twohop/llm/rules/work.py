"""Work and study: employers, jobs, teams and who leads them."""

from collections.abc import Sequence
from dataclasses import replace

from twohop.graph.model import Kind
from twohop.llm.rules import kinds
from twohop.llm.rules.phrases import Phrase, written
from twohop.llm.rules.retell import Part
from twohop.llm.rules.scene import Aspect, Scene
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.verbs import Form, has_form
from twohop.memory.ports import Fact

NOT_EMPLOYERS = frozenset(
    "home night nights times weekends least first best all once last work noon midnight dawn random peace christmas least "
    "life fun free hours years months days weeks minutes while ages hire sure present table desk moment heart".split()
)
NETWORKS = frozenset("facebook instagram twitter reddit discord linkedin tiktok slack whatsapp zoom youtube".split())
POSTS = frozenset("job position role internship offer gig contract apprenticeship traineeship post".split())
LEADS = frozenset("manage lead head oversee supervise direct run".split())
RUNNABLE = kinds.TEAMS | kinds.COMPANIES | kinds.CLUBS | {"project", "business", "podcast", "blog", "shop", "site", "division"}
LEAD_NOUNS = frozenset("manager head lead leader director chief boss captain supervisor".split())
PASSIVES = frozenset("led managed headed run supervised directed overseen owned founded".split())
FIELDS = frozenset(
    "marketing finance sales engineering it hr tech education healthcare advertising publishing retail hospitality research "
    "consulting construction banking insurance journalism logistics accounting design security law medicine".split()
)


def employer(part: Part | None) -> Phrase | None:
    """The organisation that a part names, or None when it names a time, a person or nothing."""
    if part is None:
        return None
    phrase = part.phrase
    first = part.tokens[0]
    if phrase is None or phrase.speaker or phrase.type in {"person", "place"} or phrase.plural and not phrase.proper:
        return None
    if not phrase.name or phrase.head in NOT_EMPLOYERS or first.low in NOT_EMPLOYERS or has_form(first.low, Form.GERUND):
        return None
    if first.text[:1].isdigit() or len(phrase.name.split()) > 6:
        return None
    if phrase.proper:
        return replace(phrase, type="organisation", text=phrase.name if phrase.determiner in {"", "poss"} else phrase.text)
    known = phrase.type == "organisation" or phrase.head in kinds.COMPANIES
    if phrase.determiner in {"a", "an", "the", "poss"}:
        return replace(phrase, type="organisation") if known else None
    if phrase.determiner:
        return None
    # "works at acme", typed in a hurry.
    return replace(phrase, type="organisation", proper=not known) if len(phrase.name.split()) <= 2 else None


def job(tokens: Sequence[Token]) -> str:
    """The job that words name ("senior software engineer"), or empty."""
    words = [token for token in tokens if token.word]
    while words and words[0].low in {"a", "an", "the", "their", "its", "our", "new", "full-time", "part-time"}:
        words.pop(0)
    cut = next((i for i, token in enumerate(words) if token.low in {"at", "for", "in", "with", "on", "from", "and", "who", "to", "&", "about"}), None)
    if cut and words[cut].low in {"to", "about"}:
        return ""
    words = words[:cut]
    if not words or len(words) > 5:
        return ""
    head_at = next((i for i, token in enumerate(words) if token.low == "of"), len(words))
    if head_at == 0 or words[head_at - 1].low not in kinds.JOBS:
        return ""
    if any(token.low in {"good", "great", "bad", "big", "little", "amazing", "terrible", "wonderful", "my", "his", "her", "best", "perfect", "natural", "true", "real", "excited"} for token in words):
        return ""
    return written(words)


def work(scene: Scene) -> list[Fact]:
    """ "Works at Acme as a nurse in Porto"."""
    facts: list[Fact] = []
    place = employer(scene.part("at", "for", "with") if scene.part("at", "for") is None else scene.part("at", "for"))
    where = scene.part("in", "out of")
    city = where.phrase if where and where.phrase and where.phrase.proper else None
    if place is not None and (scene.part("at", "for") is not None or place.type == "organisation" and place.proper and scene.part("at", "for")):
        tail = f"in {city.text}" if city else ""
        facts += with_entity(scene.state("works_at", place, tail=tail), city)
    elif city is not None:
        facts += scene.state("works_in", replace(city, type="place"))
    elif where is not None and where.tokens[0].low in FIELDS and len(where.tokens) == 1:
        facts += scene.state("works_in", where.tokens[0].low)
    if (part := scene.part("as")) and (title := job(part.tokens)):
        facts += scene.state("job_title", title, text="works as", tail="")
    if (part := scene.part("on")) and part.phrase and (part.phrase.proper or part.phrase.determiner in {"the", "a", "an", "poss"}):
        group = part.phrase.head in kinds.TEAMS and part.phrase.proper
        if not part.phrase.asides or group:
            facts += scene.state("member_of" if group else "works_on", part.phrase, past_is_event=not group)
    if (part := scene.part("with")) and part.phrase and part.phrase.proper and part.phrase.type == "person":
        facts += scene.state("colleague_of", part.phrase, text="works with", past_is_event=True)
    return with_articles(facts)


def with_articles(facts: list[Fact]) -> list[Fact]:
    """ "Works as nurse" reads better with its article."""
    return [
        replace(fact, text=articled(fact.text)) if fact.claims and fact.claims[0].predicate == "job_title" else fact for fact in facts
    ]


def articled(text: str) -> str:
    """The article put before a job title in a text."""
    for lead in (" works as ", " worked as ", " does not work as ", " is ", " was ", " is not "):
        before, found, title = text.partition(lead)
        if found and title and not title.startswith(("a ", "an ", "the ")) and not title.split()[0].lower() in {"ceo", "cto", "cfo", "head"}:
            return f"{before}{found}{'an' if title[0].lower() in 'aeio' else 'a'} {title}"
        if found:
            return text
    return text


def with_entity(facts: list[Fact], phrase: Phrase | None) -> list[Fact]:
    """The first fact with one more entity."""
    if not facts or phrase is None:
        return facts
    return [replace(facts[0], entities=(*facts[0].entities, replace(phrase, type="place").named)), *facts[1:]]


def join(scene: Scene) -> list[Fact]:
    """ "Joined Acme as a designer", "joined the Platform team"."""
    part = scene.part("")
    if part is None or part.phrase is None or not (part.phrase.proper or part.phrase.determiner):
        return []
    phrase = part.phrase
    group = phrase.head in kinds.CLUBS or phrase.name.lower() in NETWORKS or (phrase.determiner == "the" and phrase.head not in kinds.COMPANIES)
    if group:
        if phrase.type not in {"", "organisation"} or not (phrase.proper or phrase.head in kinds.CLUBS):
            return []
        return scene.state("member_of", replace(phrase, type="organisation"), aspect=Aspect.BEGINS)
    company = employer(part)
    if company is None:
        return []
    facts = scene.state("works_at", company, aspect=Aspect.BEGINS)
    if (title := scene.part("as")) and (name := job(title.tokens)):
        facts += with_articles(scene.state("job_title", name, aspect=Aspect.BEGINS))
    return facts


def start(scene: Scene) -> list[Fact]:
    """ "Started at Acme as a designer", "got a job at Acme", "was hired by Acme"."""
    part = scene.part("")
    post = part is not None and part.tokens[-1].low in POSTS
    hired = scene.reading.lemma in {"be", "get"} and part is not None and part.tokens[0].low in {"hired", "promoted", "recruited", "employed"}
    if not (post or hired or (part is None and scene.reading.lemma == "start")):
        return []
    company = employer(scene.part("at", "with") or (scene.part("by") if hired else None))
    facts: list[Fact] = []
    if company is not None:
        aspect = Aspect.HOLDS if hired and part is not None and part.tokens[0].low == "employed" else Aspect.BEGINS
        facts += scene.state("works_at", company, aspect=aspect)
    title = scene.part("as", "to")
    if title is not None and (name := job(title.tokens)):
        facts += with_articles(scene.state("job_title", name, aspect=Aspect.BEGINS))
    elif post and part is not None and (name := job(part.tokens[:-1])):
        facts += with_articles(scene.state("job_title", name, aspect=Aspect.BEGINS))
    return facts


def leave(scene: Scene) -> list[Fact]:
    """ "Left Acme", "quit her job at Acme", "resigned from Acme", "was laid off from Acme"."""
    part = scene.part("")
    source = scene.part("from", "at", "by")
    fired = part is not None and part.tokens[0].low in {"fired", "laid", "sacked"}
    if scene.reading.lemma in {"leave", "quit"} and part is not None and not fired:
        if part.tokens[-1].low in POSTS | {"job"}:
            company = employer(source)
            return scene.state("works_at", company, aspect=Aspect.ENDS) if company else []
        phrase = part.phrase
        if phrase is None or not phrase.proper or not part.complete or scene.part("for", "with", "in", "on", "at") is not None:
            return []
        return left(scene, part, phrase)
    if scene.reading.lemma in {"resign", "retire"} or fired or scene.reading.lemma == "lose":
        company = employer(source)
        return scene.state("works_at", company, aspect=Aspect.ENDS) if company else []
    return []


def left(scene: Scene, part: Part, phrase: Phrase) -> list[Fact]:
    """What is left is what was said before to be lived in, worked at or belonged to; else its name tells."""
    for fact in reversed(scene.talk.facts):
        claim = fact.claims[0] if fact.claims else None
        known = claim is not None and claim.subject == scene.subject.name and claim.object.casefold() == phrase.name.casefold()
        if claim is not None and known and claim.predicate in {"works_at", "lives_in", "member_of", "studies_at"}:
            return scene.state(claim.predicate, phrase, aspect=Aspect.ENDS)
    if phrase.type == "place":
        return scene.state("lives_in", phrase, aspect=Aspect.ENDS)
    if phrase.head in kinds.CLUBS:
        return scene.state("member_of", phrase, aspect=Aspect.ENDS)
    company = employer(part)
    return scene.state("works_at", company, aspect=Aspect.ENDS) if company else []


def lead(scene: Scene) -> list[Fact]:
    """ "Manages the Platform team at Acme", "took over the Data team from Bob"."""
    part = scene.part("")
    over = scene.part("over")
    reading = scene.reading
    if reading.lemma == "replace" and part is not None and part.phrase is not None and part.phrase.proper:
        team = leads_what(replace(scene, reading=replace(reading, rest=tuple(t for p in scene.parts if p.preposition == "as" for t in p.tokens))))
        if team is None:
            return []
        facts = scene.state("manages", team, aspect=Aspect.BEGINS)
        gone = scene.state("manages", team, aspect=Aspect.BEGINS, subject=replace(part.phrase, type="person"))
        return [*(ended(fact) for fact in gone[:1]), *facts]
    if reading.lemma == "take" and over is not None and over.phrase is not None and over.phrase.head in kinds.TEAMS:
        facts = scene.state("manages", over.phrase, aspect=Aspect.BEGINS)
        before = scene.part("from")
        if facts and before is not None and before.phrase is not None and before.phrase.type == "person":
            gone = scene.state("manages", over.phrase, aspect=Aspect.BEGINS, subject=before.phrase)
            facts = [*(ended(fact) for fact in gone[:1]), *facts]
        return facts
    if part is None or part.phrase is None or reading.lemma not in LEADS:
        return []
    phrase = part.phrase
    if reading.lemma in {"run", "direct", "lead"} and not (phrase.head in RUNNABLE or (phrase.proper and reading.lemma == "lead")):
        return []
    if not (phrase.proper or phrase.head in RUNNABLE):
        return []
    verb = {"manage": "manages", "lead": "leads", "head": "heads", "run": "runs"}.get(reading.lemma, f"{reading.lemma}s")
    return scene.state("manages", phrase, text=verb)


def ended(fact: Fact) -> Fact:
    """A fact that began for one ends for another."""
    from twohop.memory.ports import Polarity  # noqa: PLC0415

    return replace(fact, polarity=Polarity.ENDED, valid_from=None, valid_to=fact.valid_from, text=fact.text.replace(" manages ", " managed ", 1))


def led_by(scene: Scene) -> list[Fact]:
    """ "Is led by Bob": Bob manages."""
    rest = scene.reading.rest
    by = scene.part("by")
    first = rest[0].low if rest else ""
    if by is None or by.phrase is None or not by.phrase.proper or first not in PASSIVES:
        return []
    if first == "founded":
        founder = replace(by.phrase, type=by.phrase.type or "person")
        return scene.state("founded", replace(scene.subject, type="organisation"), subject=founder, aspect=Aspect.BEGINS, kind=Kind.EVENT)
    if scene.reading.past:
        return []
    if first == "owned":
        return scene.state("owns", scene.subject, subject=replace(by.phrase, type=by.phrase.type or "person"))
    if not (scene.subject.proper or scene.subject.owner):
        return []
    boss = replace(by.phrase, type="person")
    return [*scene.state("manages", scene.subject, subject=boss)]


def report(scene: Scene) -> list[Fact]:
    """ "Reports to Dana": Dana manages."""
    part = scene.part("to")
    if part is None or part.phrase is None or not (part.phrase.proper and part.phrase.type in {"", "person"}):
        return []
    boss = replace(part.phrase, type="person")
    return scene.state("manages", scene.subject, subject=boss)


def found(scene: Scene) -> list[Fact]:
    """ "Founded Lumen", "started a company called Lumen"."""
    part = scene.part("")
    if part is None or part.phrase is None:
        return []
    phrase = part.phrase
    company = phrase.head in kinds.COMPANIES | {"business", "charity", "club", "band", "podcast"}
    if not (phrase.proper if scene.reading.lemma != "start" else (phrase.proper and company)):
        return []
    return scene.state("founded", replace(phrase, type="organisation", text=phrase.name), aspect=Aspect.BEGINS, kind=Kind.EVENT)


def study(scene: Scene) -> list[Fact]:
    """ "Studies physics at MIT", "graduated from Porto", "attends the University of Porto"."""
    reading = scene.reading
    school = scene.part("at", "from") or (scene.part("") if reading.lemma == "attend" else None)
    subject = scene.part("", "in") if reading.lemma in {"study", "major", "graduate"} else None
    facts: list[Fact] = []
    name = employer(school)
    if reading.lemma == "attend" and (name is None or not is_school(name)):
        return []
    past = reading.past or reading.used or reading.perfect
    if name is not None:
        predicate = "studied_at" if past or reading.lemma == "graduate" else "studies_at"
        text = "graduated from" if reading.lemma == "graduate" else ""
        aspect = Aspect.BEGINS if past and not reading.used else Aspect.HOLDS
        facts += scene.state(predicate, name, aspect=aspect, text=text, kind=Kind.EVENT if past else Kind.STATE)
    if subject is not None and subject.preposition == ("in" if reading.lemma in {"major", "graduate"} else ""):
        what = scene.tell(subject.tokens)
        plain = what and len(what.split()) <= 4 and subject.tokens[0].low not in {"hard", "abroad", "a", "the", "my", "it"}
        if plain and not subject.tokens[0].text[:1].isdigit():
            aspect = Aspect.BEGINS if past else Aspect.HOLDS
            text = "majored in" if reading.lemma == "major" else ""
            facts += scene.state("studied" if past else "studies", what, aspect=aspect, text=text)
    return facts


def is_school(phrase: Phrase) -> bool:
    """Whether a name or noun is that of a school."""
    words = phrase.name.lower().split()
    return any(word in {"university", "college", "school", "academy", "institute"} for word in words)


def teach(scene: Scene) -> list[Fact]:
    """ "Teaches maths at the Lincoln School"."""
    part = scene.part("")
    facts: list[Fact] = []
    if part is not None and part.phrase is not None and len(part.tokens) <= 3 and part.phrase.type != "person":
        what = scene.tell(part.tokens)
        if what and part.tokens[0].low not in {"a", "the", "my", "me", "him", "her", "us", "them", "you", "how"}:
            facts += scene.state("teaches", what, past_is_event=True)
    company = employer(scene.part("at"))
    if company is not None:
        facts += scene.state("works_at", company, text="teaches at", past_is_event=False)
    return facts


def become(scene: Scene) -> list[Fact]:
    """ "Became a nurse", "became head of the Data team"."""
    facts = title(scene, Aspect.BEGINS)
    return facts


def title(scene: Scene, aspect: Aspect = Aspect.HOLDS) -> list[Fact]:
    """ "Is a nurse at Acme", "is the manager of the Platform team", "is head of design at Acme"."""
    rest = list(scene.reading.rest)
    if not rest:
        return []
    facts: list[Fact] = []
    if (led := leads_what(scene)) is not None:
        facts += scene.state("manages", led, aspect=aspect)
    name = job(rest)
    if not name:
        return facts
    if led is None or " of " not in name:
        lead_in = "is" if aspect is Aspect.HOLDS else "works as"
        facts += with_articles(scene.state("job_title", name, aspect=aspect, text=lead_in))
    company = employer(scene.part("at", "for", "with"))
    if company is None and scene.subject.addressed:
        return []  # "You're a great coach" is a compliment.
    if company is not None and led is None:
        facts += scene.state("works_at", company, aspect=aspect)
    return facts


def leads_what(scene: Scene) -> Phrase | None:
    """The team of "the manager of the Platform team", "head of design" excluded: a field is no team."""
    lows = [token.low for token in scene.reading.rest]
    if "charge" in lows[:2] and "of" in lows:
        after = lows.index("of") + 1
    elif "responsible" in lows[:1] and "for" in lows:
        after = lows.index("for") + 1
    else:
        at = next((i for i, low in enumerate(lows[:4]) if low in LEAD_NOUNS), None)
        if at is None or at + 1 >= len(lows) or lows[at + 1] not in {"of", "for"}:
            return None
        after = at + 2
    phrase = scene.read(scene.reading.rest[after:])
    if phrase is None or not (phrase.proper or phrase.head in RUNNABLE):
        return None
    return phrase


def member(scene: Scene) -> list[Fact]:
    """ "Is on the Platform team", "is a member of the Green Club", "is part of Acme"."""
    rest = scene.reading.rest
    lows = [token.low for token in rest]
    if lows[:1] == ["on"] and len(lows) > 1:
        after = 1
    elif "member" in lows[:3] and "of" in lows[:4]:
        after = lows.index("of") + 1
    elif lows[:2] == ["part", "of"] or lows[:3] == ["a", "part", "of"]:
        after = lows.index("of") + 1
    else:
        return []
    phrase = scene.read(rest[after:])
    if phrase is None or not phrase.proper or phrase.type not in {"", "organisation"}:
        return []
    group = replace(phrase, type="organisation")
    if scene.subject.type == "organisation" or scene.subject.head in kinds.TEAMS:
        return scene.state("part_of", group)
    return scene.state("member_of", group) if phrase.head in kinds.CLUBS or after > 1 else []


def idle(scene: Scene) -> list[Fact]:
    """ "Is retired", "retired last year", "is unemployed", "is self-employed"."""
    reading = scene.reading
    if reading.lemma == "retire":
        facts = scene.state("work_status", "retired", aspect=Aspect.BEGINS, text="is")
        return [*leave(scene), *facts]
    word = reading.rest[0].low if reading.rest else ""
    if word in {"retired", "unemployed", "self-employed", "freelancing", "jobless"}:
        return scene.state("work_status", word, text="is")
    return []
