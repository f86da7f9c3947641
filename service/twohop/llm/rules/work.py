"""Work: employers, jobs, and how they begin and end."""

import re
from collections.abc import Sequence
from dataclasses import replace

from twohop.graph.model import Granularity, Kind
from twohop.llm.rules import kinds
from twohop.llm.rules.phrase import Phrase, written
from twohop.llm.rules.retell import Part
from twohop.llm.rules.scene import Aspect, Scene
from twohop.llm.rules.teams import leads_what
from twohop.llm.rules.tokens import Token
from twohop.llm.rules.verbs import Form, has_form
from twohop.llm.rules.wordlist import words
from twohop.memory.ports import Fact
from twohop.memory.times import Reach

NOT_EMPLOYERS = words(
    """
    home night nights times weekends least first best all once last work noon midnight dawn random peace
    christmas least life fun free hours years months days weeks minutes while ages hire sure present table desk
    moment heart
    """
)

COMPANY = 6
"""Words of an employer's name."""

HURRIED = 2
"""Words of an employer's name in lower case; more is a phrase."""

SCHOOL = re.compile(
    r"school|schule|kindergarten|nursery|college|universit|academy|institut|"
    r"\b(?:harvard|stanford|yale|princeton|oxford|cambridge|berkeley|caltech|mit|eth)\b",
    re.IGNORECASE,
)
"""In the name of a place where some work and more learn."""

TITLE = 5
"""Words of a job title."""

PRAISE = words("good great bad big little amazing terrible wonderful my his her best perfect natural true real excited")
"""Words before a job that make it a compliment: "a great coach"."""

NETWORKS = words("facebook instagram twitter reddit discord linkedin tiktok slack whatsapp zoom youtube")

POSTS = words("job position role internship offer gig contract apprenticeship traineeship post")

FIELDS = words(
    """
    marketing finance sales engineering it hr tech education healthcare advertising publishing retail
    hospitality research consulting construction banking insurance journalism logistics accounting design
    security law medicine
    """
)


def employer(part: Part | None) -> Phrase | None:  # noqa: PLR0911 - a case of the language for each branch.
    """The organisation that a part names, or None when it names a time, a person or nothing."""
    if part is None:
        return None
    phrase = part.phrase
    first = part.tokens[0]
    if phrase is None or phrase.speaker or phrase.type in {"person", "place"} or (phrase.plural and not phrase.proper):
        return None
    if (
        not phrase.name
        or phrase.head in NOT_EMPLOYERS
        or first.low in NOT_EMPLOYERS
        or has_form(first.low, Form.GERUND)
    ):
        return None
    if first.text[:1].isdigit() or len(phrase.name.split()) > COMPANY:
        return None
    if phrase.proper:
        return replace(
            phrase, type="organisation", text=phrase.name if phrase.determiner in {"", "poss"} else phrase.text
        )
    known = phrase.type == "organisation" or phrase.head in kinds.COMPANIES
    if phrase.determiner in {"a", "an", "the", "poss"}:
        return replace(phrase, type="organisation") if known else None
    if phrase.determiner:
        return None
    # "works at acme", typed in a hurry.
    return replace(phrase, type="organisation", proper=not known) if len(phrase.name.split()) <= HURRIED else None


def job(tokens: Sequence[Token]) -> str:
    """The job that words name ("senior software engineer"), or empty."""
    words = [token for token in tokens if token.word]
    while words and words[0].low in {"a", "an", "the", "their", "its", "our", "new", "full-time", "part-time"}:
        words.pop(0)
    cut = next(
        (
            i
            for i, token in enumerate(words)
            if token.low in {"at", "for", "in", "with", "on", "from", "and", "who", "to", "&", "about", "here", "there"}
        ),
        None,
    )
    if cut and words[cut].low in {"to", "about"}:
        return ""
    words = words[:cut]
    if not words or len(words) > TITLE:
        return ""
    head_at = next((i for i, token in enumerate(words) if token.low == "of"), len(words))
    if head_at == 0 or words[head_at - 1].low not in kinds.JOBS:
        return ""
    if any(token.low in PRAISE for token in words):
        return ""
    return written(words)


def work(scene: Scene) -> list[Fact]:
    """As in "Works at Acme as a nurse in Porto"."""
    facts: list[Fact] = []
    place = employer(scene.part("at", "for", "with") if scene.part("at", "for") is None else scene.part("at", "for"))
    where = scene.part("in", "out of")
    city = where.phrase if where and where.phrase and where.phrase.proper else None
    if place is not None and (
        scene.part("at", "for") is not None
        or (place.type == "organisation" and place.proper and scene.part("at", "for"))
    ):
        tail = f"in {city.text}" if city else ""
        facts += with_entity(scene.state("works_at", place, tail=tail), city)
    elif city is not None:
        facts += scene.state("works_in", replace(city, type="place"))
    elif where is not None and where.tokens[0].low in FIELDS and len(where.tokens) == 1:
        facts += scene.state("works_in", where.tokens[0].low)
    if (part := scene.part("as")) and (title := job(part.tokens)):
        facts += scene.state("job_title", title, text="works as", tail="")
    if (
        (part := scene.part("on"))
        and part.phrase
        and (part.phrase.proper or part.phrase.determiner in {"the", "a", "an", "poss"})
    ):
        group = part.phrase.head in kinds.TEAMS and part.phrase.proper
        if not part.phrase.asides or group:
            facts += scene.state("member_of" if group else "works_on", part.phrase, past_is_event=not group)
    if (part := scene.part("with")) and part.phrase and part.phrase.proper and part.phrase.type == "person":
        facts += scene.state("colleague_of", part.phrase, text="works with", past_is_event=True)
    return with_articles(facts)


def posted(scene: Scene) -> list[Fact]:
    """As in "Has been at Acme since 2019", "was at Acme from 2012 to 2020", "is in sales at Acme since May".

    Only a time that jobs take tells: since Monday one may be at a hotel, unless one's last job was spoken of; and at a
    school one may be a pupil.
    """
    time, part, company = scene.time, scene.part("at"), employer(scene.part("at"))
    if time is None or part is None or company is None or not company.proper or SCHOOL.search(company.name):
        return []
    elsewhere = any(p.preposition not in {"at", "in"} for p in scene.parts)
    fielded = all(p.tokens[0].low in FIELDS for p in scene.parts if p.end < part.end)
    if elsewhere or not fielded or scene.reading.negated or scene.subject.type != "person":
        return []
    if time.granularity not in {Granularity.YEAR, Granularity.MONTH} and not scene.told("works_at"):
        return []
    if scene.reading.past and time.reach not in {Reach.BETWEEN, Reach.SINCE}:
        return []
    return scene.state("works_at", company)


def with_articles(facts: list[Fact]) -> list[Fact]:
    """As in "Works as nurse" reads better with its article."""
    return [
        replace(fact, text=articled(fact.text)) if fact.claims and fact.claims[0].predicate == "job_title" else fact
        for fact in facts
    ]


def articled(text: str) -> str:
    """The article put before a job title in a text."""
    for lead in (" works as ", " worked as ", " does not work as ", " is ", " was ", " is not "):
        before, found, title = text.partition(lead)
        if (
            found
            and title
            and not title.startswith(("a ", "an ", "the "))
            and title.split()[0].lower() not in {"ceo", "cto", "cfo", "head"}
        ):
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
    """As in "Joined Acme as a designer", "joined the Platform team"."""
    part = scene.part("")
    if part is None or part.phrase is None or not (part.phrase.proper or part.phrase.determiner):
        return []
    phrase = part.phrase
    group = (
        phrase.head in kinds.CLUBS
        or phrase.name.lower() in NETWORKS
        or (phrase.determiner == "the" and phrase.head not in kinds.COMPANIES)
    )
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
    """As in "Started at Acme as a designer", "got a job at Acme", "was hired by Acme"."""
    part = scene.part("")
    post = part is not None and part.tokens[-1].low in POSTS
    hired = (
        scene.reading.lemma in {"be", "get"}
        and part is not None
        and part.tokens[0].low in {"hired", "promoted", "recruited", "employed"}
    )
    if not (post or hired or (part is None and scene.reading.lemma == "start")):
        return []
    company = employer(scene.part("at", "with") or (scene.part("by") if hired else None))
    facts: list[Fact] = []
    if part is None and company is not None and SCHOOL.search(company.name) and scene.part("as") is None:
        return []  # Who starts at a school may be a pupil.
    if company is not None:
        aspect = Aspect.HOLDS if hired and part is not None and part.tokens[0].low == "employed" else Aspect.BEGINS
        facts += scene.state("works_at", company, aspect=aspect)
    title = scene.part("as", "to")
    if (title is not None and (name := job(title.tokens))) or (
        post and part is not None and (name := job(part.tokens[:-1]))
    ):
        facts += with_articles(scene.state("job_title", name, aspect=Aspect.BEGINS))
    return facts


def leave(scene: Scene) -> list[Fact]:
    """As in "Left Acme", "quit her job at Acme", "resigned from Acme", "was laid off from Acme"."""
    part = scene.part("")
    source = scene.part("from", "at", "by", "off from", "off by", "off at")
    fired = part is not None and part.tokens[0].low in {"fired", "laid", "sacked"}
    if scene.reading.lemma in {"leave", "quit"} and part is not None and not fired:
        if part.tokens[-1].low in POSTS | {"job"}:
            company = employer(source)
            return scene.state("works_at", company, aspect=Aspect.ENDS) if company else []
        phrase = part.phrase
        if (
            phrase is None
            or not phrase.proper
            or not part.complete
            or scene.part("for", "with", "in", "on", "at") is not None
        ):
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
        known = (
            claim is not None
            and claim.subject == scene.subject.name
            and claim.object.casefold() == phrase.name.casefold()
        )
        if claim is not None and known and claim.predicate in {"works_at", "lives_in", "member_of", "studies_at"}:
            return scene.state(claim.predicate, phrase, aspect=Aspect.ENDS)
    if phrase.type == "place":
        return scene.state("lives_in", phrase, aspect=Aspect.ENDS)
    if phrase.head in kinds.CLUBS:
        return scene.state("member_of", phrase, aspect=Aspect.ENDS)
    company = employer(part)
    return scene.state("works_at", company, aspect=Aspect.ENDS) if company else []


def found(scene: Scene) -> list[Fact]:
    """As in "Founded Lumen", "started a company called Lumen"."""
    part = scene.part("")
    if part is None or part.phrase is None:
        return []
    phrase = part.phrase
    company = phrase.head in kinds.COMPANIES | {"business", "charity", "club", "band", "podcast"}
    if not (phrase.proper if scene.reading.lemma != "start" else (phrase.proper and company)):
        return []
    return scene.state(
        "founded", replace(phrase, type="organisation", text=phrase.name), aspect=Aspect.BEGINS, kind=Kind.EVENT
    )


def become(scene: Scene) -> list[Fact]:
    """As in "Became a nurse", "became head of the Data team"."""
    return title(scene, Aspect.BEGINS)


def title(scene: Scene, aspect: Aspect = Aspect.HOLDS) -> list[Fact]:
    """As in "Is a nurse at Acme", "is the manager of the Platform team", "is head of design at Acme"."""
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
        # When one was made head of something says nothing of when one came.
        undated = replace(scene, times=()) if aspect is Aspect.BEGINS else scene
        facts += undated.state("works_at", company, aspect=aspect)
    return facts


def idle(scene: Scene) -> list[Fact]:
    """As in "Is retired", "retired last year", "is unemployed", "is self-employed"."""
    reading = scene.reading
    if reading.lemma == "retire":
        facts = scene.state("work_status", "retired", aspect=Aspect.BEGINS, text="is")
        return [*leave(scene), *facts]
    word = reading.rest[0].low if reading.rest else ""
    if word in {"retired", "unemployed", "self-employed", "freelancing", "jobless"}:
        return scene.state("work_status", word, text="is")
    return []
