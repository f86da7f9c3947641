"""The rows of the predicate table that twohop ships, in our own words, grouped by what they are about."""

from dataclasses import dataclass

from twohop.memory.ports import Cardinality

ONE = Cardinality.ONE
MANY = Cardinality.MANY
OPEN = Cardinality.UNKNOWN
"""The extractor's opinion decides: some have one car or home-mate at a time, some have several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """One predicate: how many values at a time, how it reads, and the words by which it is asked for.

    `synonyms` are other names of the same meaning, `inverse` says it from the object's side, `opposite` can't hold
    beside it for the same object. `object_type` is person, organisation, place, thing, event, literal or empty.
    """

    name: str
    phrase: str
    cardinality: Cardinality = Cardinality.UNKNOWN
    cues: tuple[str, ...] = ()
    object_type: str = ""
    inverse: str = ""
    opposite: str = ""
    synonyms: tuple[str, ...] = ()


def row(
    name: str,
    phrase: str,
    cardinality: Cardinality,
    cues: str,
    object_type: str = "",
    *,
    inverse: str = "",
    opposite: str = "",
    also: str = "",
) -> Predicate:
    """A row from its short form: `cues` and `also` (synonyms) are lists with commas."""
    return Predicate(
        name=name,
        phrase=phrase,
        cardinality=cardinality,
        cues=tuple(filter(None, cues.split(", "))),
        object_type=object_type,
        inverse=inverse,
        opposite=opposite,
        synonyms=tuple(filter(None, also.split(", "))),
    )


WORK = (
    row(
        "works_at",
        "works at",
        ONE,
        "job, employer, company, work, firm, workplace, employed",
        "organisation",
        inverse="employs",
        also="works for, employed by, employed at, is employed at, employer, works with company, job at, has job at, "
        "working at, working for, worked at, worked for, work at, work for, employed with, company, workplace",
    ),
    row(
        "employs",
        "employs",
        MANY,
        "employee, staff, worker, work, employer",
        "person",
        inverse="works_at",
        also="employer of, has employee, hired",
    ),
    row(
        "job_title",
        "works as",
        ONE,
        "job, profession, occupation, role, position, title, career, do for a living",
        "literal",
        also="works as, occupation, profession, role, position, has job, job, job role, has profession, worked as",
    ),
    row(
        "work_status",
        "has the work status",
        ONE,
        "job, work, retired, unemployed, employment",
        "literal",
        also="employment status",
    ),
    row(
        "works_in", "works in", MANY, "job, work, office, where, field, industry", "", also="working in, field of work"
    ),
    row("works_on", "works on", MANY, "project, work, task, building", "", also="working on, contributes to"),
    row(
        "manages",
        "manages",
        MANY,
        "boss, lead, in charge, manager, head, supervisor, runs, responsible",
        "",
        inverse="managed_by",
        also="leads, heads, runs, supervises, is manager of, manager of, is in charge of, in charge of, boss of, "
        "is head of, head of, lead of, leader of, team lead of, directs, oversees, is responsible for, responsible for",
    ),
    row(
        "managed_by",
        "is managed by",
        ONE,
        "boss, lead, in charge, manager, head, supervisor, runs, responsible",
        "person",
        inverse="manages",
        also="reports to, led by, headed by, run by, has manager, has boss, supervised by, manager, boss",
    ),
    row(
        "part_of",
        "is part of",
        OPEN,
        "belongs, team, department, group, unit, division, within",
        "organisation",
        inverse="has_part",
        also="belongs to, is a team at, team at, division of, department of, unit of, subsidiary of, "
        "is within, sits in",
    ),
    row(
        "has_part",
        "includes",
        MANY,
        "team, department, group, unit, division",
        "organisation",
        inverse="part_of",
        also="includes, consists of",
    ),
    row(
        "member_of",
        "is a member of",
        MANY,
        "team, group, club, member, belongs, joined",
        "organisation",
        inverse="has_member",
        also="is on team, on team, plays for, belongs to group, member, sings in",
    ),
    row(
        "has_member",
        "has the member",
        MANY,
        "team, group, club, member, who",
        "person",
        inverse="member_of",
        also="members",
    ),
    row(
        "colleague_of",
        "is a colleague of",
        MANY,
        "colleague, coworker, works with, teammate",
        "person",
        inverse="colleague_of",
        also="works with, coworker of, co-worker of, teammate of, colleague",
    ),
    row(
        "mentors",
        "mentors",
        MANY,
        "mentor, coach, guide, advisor",
        "person",
        inverse="mentored_by",
        also="mentor of, coaches, advises, is mentor of",
    ),
    row(
        "mentored_by",
        "is mentored by",
        MANY,
        "mentor, coach, guide, advisor",
        "person",
        inverse="mentors",
        also="has mentor, mentor",
    ),
    row(
        "founded",
        "founded",
        MANY,
        "founder, start, started, company, business, set up, own",
        "organisation",
        inverse="founded_by",
        also="founder of, co-founded, cofounded, started company",
    ),
    row(
        "founded_by", "was founded by", MANY, "founder, start, started, company, business", "person", inverse="founded"
    ),
    row(
        "studies_at",
        "studies at",
        ONE,
        "university, college, school, student, study, degree",
        "organisation",
        also="attends school, student at, enrolled at, attends university, goes to school at, studying at",
    ),
    row(
        "studied_at",
        "studied at",
        MANY,
        "university, college, school, student, study, degree, alma mater, graduate",
        "organisation",
        also="graduated from, alumnus of, alumna of, went to college at, educated at, degree from",
    ),
    row(
        "studies",
        "studies",
        MANY,
        "subject, major, course, degree, study, learn",
        "",
        also="majors in, studying, major",
    ),
    row("studied", "studied", MANY, "subject, major, course, degree, study, learn", "", also="majored in, degree in"),
    row(
        "teaches",
        "teaches",
        MANY,
        "teacher, subject, class, lesson, instructor",
        "",
        inverse="taught_by",
        also="teacher of, instructs",
    ),
    row("taught_by", "is taught by", MANY, "teacher, subject, class, lesson, instructor", "person", inverse="teaches"),
)

HOME = (
    row(
        "lives_in",
        "lives in",
        ONE,
        "home, live, city, town, address, country, reside, where",
        "place",
        also="resides in, moved to, relocated to, based in, is based in, living in, lives at, residence, home city, "
        "home is, current city, moved into, settled in, lived in, resided in, is living in, location",
    ),
    row(
        "lives_with",
        "lives with",
        OPEN,
        "roommate, flatmate, housemate, share, home, live",
        "person",
        inverse="lives_with",
        also="roommate of, flatmate of, housemate of, living with",
    ),
    row(
        "born_in",
        "was born in",
        ONE,
        "birthplace, born, native, origin, hometown",
        "place",
        also="birthplace, place of birth, born at, is born in",
    ),
    row(
        "grew_up_in",
        "grew up in",
        ONE,
        "hometown, childhood, grow up, raised, young",
        "place",
        also="raised in, was raised in, hometown, childhood home",
    ),
    row(
        "comes_from",
        "comes from",
        ONE,
        "from, origin, hometown, country, native, home country",
        "place",
        also="is from, from, originates from, home country, originally from, country of origin",
    ),
    row(
        "nationality",
        "has the nationality",
        MANY,
        "nationality, country, citizen, passport, from",
        "literal",
        also="citizen of, citizenship",
    ),
    row(
        "located_in",
        "is located in",
        ONE,
        "where, location, place, city, country, find",
        "place",
        also="is in, headquartered in, situated in, sits at, located at, has headquarters in, headquarters",
    ),
)

PEOPLE = (
    row(
        "married_to",
        "is married to",
        ONE,
        "wife, husband, spouse, partner, married, wedding",
        "person",
        inverse="married_to",
        also="spouse, wife, husband, wife of, husband of, spouse of, married, has wife, has husband",
    ),
    row(
        "engaged_to",
        "is engaged to",
        ONE,
        "fiance, fiancee, engaged, partner, wedding",
        "person",
        inverse="engaged_to",
        also="fiance of, fiancee of, fiancé of, fiancée of",
    ),
    row(
        "dating",
        "is in a relationship with",
        ONE,
        "girlfriend, boyfriend, partner, date, relationship, together",
        "person",
        inverse="dating",
        also="in a relationship with, girlfriend of, boyfriend of, partner of, partner, girlfriend, "
        "boyfriend, going out with, together with",
    ),
    row(
        "sibling_of",
        "is a sibling of",
        MANY,
        "sister, brother, sibling, twin, family",
        "person",
        inverse="sibling_of",
        also="sister of, brother of, sibling, twin of, sister, brother, has sister, has brother",
    ),
    row(
        "parent_of",
        "is a parent of",
        MANY,
        "mother, father, parent, mom, dad, child, son, daughter",
        "person",
        inverse="child_of",
        also="mother of, father of, has child, has son, has daughter, mom of, dad of, children, child, son, daughter",
    ),
    row(
        "child_of",
        "is a child of",
        MANY,
        "son, daughter, child, kid, mother, father, parent",
        "person",
        inverse="parent_of",
        also="son of, daughter of, kid of, has mother, has father, has parent, mother, father, parent",
    ),
    row(
        "grandparent_of",
        "is a grandparent of",
        MANY,
        "grandmother, grandfather, grandma, grandpa, grandchild",
        "person",
        inverse="grandchild_of",
        also="grandmother of, grandfather of, grandma of, grandpa of",
    ),
    row(
        "grandchild_of",
        "is a grandchild of",
        MANY,
        "grandson, granddaughter, grandchild, grandmother, grandfather",
        "person",
        inverse="grandparent_of",
        also="grandson of, granddaughter of",
    ),
    row(
        "relative_of",
        "is a relative of",
        MANY,
        "family, relative, cousin, aunt, uncle, niece, nephew, in-law",
        "person",
        inverse="relative_of",
        also="cousin of, aunt of, uncle of, niece of, nephew of, in-law of, related by family to",
    ),
    row(
        "friend_of",
        "is a friend of",
        MANY,
        "friend, buddy, pal, know, close",
        "person",
        inverse="friend_of",
        also="best friend of, friends with, is friends with, close friend of, friend, has friend, buddy of",
    ),
    row(
        "neighbour_of",
        "is a neighbour of",
        MANY,
        "neighbour, neighbor, next door, street",
        "person",
        inverse="neighbour_of",
        also="neighbour, lives next to, next door to",
    ),
    row("knows", "knows", MANY, "know, acquainted, contact, met", "person", inverse="knows", also="acquainted with"),
    row(
        "met",
        "met",
        MANY,
        "meet, met, introduced, encounter",
        "person",
        inverse="met",
        also="has met, ran into, got to know",
    ),
)

THINGS = (
    row(
        "has_pet",
        "has the pet",
        MANY,
        "pet, dog, cat, animal, own, puppy, kitten",
        "thing",
        inverse="pet_of",
        also="pet, owns pet, has dog, has cat, pet owner of",
    ),
    row("pet_of", "is a pet of", MANY, "pet, dog, cat, animal, owner", "person", inverse="has_pet"),
    row(
        "owns",
        "owns",
        MANY,
        "own, have, possess, property, belongs",
        "thing",
        inverse="owned_by",
        also="has possession, possesses, owner of, owned",
    ),
    row("owned_by", "is owned by", MANY, "own, owner, have, belongs", "", inverse="owns"),
    row("drives", "drives", OPEN, "car, vehicle, drive, own", "thing", also="car, has car"),
    row("uses", "uses", OPEN, "use, tool, software, app, work with", "thing", also="using, works with tool"),
    row("bought", "bought", MANY, "buy, purchase, get, new, shopping", "thing", also="purchased, has bought"),
    row("sold", "sold", MANY, "sell, sale, got rid", "thing", also="has sold"),
    row("adopted", "adopted", MANY, "adopt, adoption, new, pet, family", "", also="has adopted"),
)

TRAITS = (
    row("name", "is called", ONE, "name, called, who", "literal", also="is named, full name, goes by, is called"),
    row("age", "has the age", ONE, "old, age, years, born", "literal", also="is aged, years old, has age"),
    row(
        "birthday",
        "has the birthday",
        ONE,
        "birthday, born, birth date, age, when",
        "literal",
        also="date of birth, born on, birth date, birthdate",
    ),
    row("height", "has the height", ONE, "tall, height", "literal", also="is tall"),
    row(
        "phone_number",
        "has the phone number",
        ONE,
        "phone, call, number, mobile",
        "literal",
        also="phone, mobile number",
    ),
    row(
        "email",
        "has the e-mail address",
        ONE,
        "email, e-mail, address, contact, write",
        "literal",
        also="e-mail, email address, e-mail address",
    ),
    row(
        "address",
        "has the address",
        ONE,
        "address, street, home, live, where",
        "literal",
        also="home address, postal address",
    ),
    row("vital_status", "has the vital status", ONE, "died, dead, death, passed away, alive, lost", "literal"),
    row("diet", "has the diet", ONE, "eat, food, diet, vegetarian, vegan, meat", "literal", also="follows diet"),
    row(
        "allergic_to",
        "is allergic to",
        MANY,
        "allergy, allergic, intolerant, avoid, eat, reaction",
        "thing",
        also="allergy, has allergy to, intolerant to, intolerant of, has allergy",
    ),
    row(
        "marital_status",
        "has the marital status",
        ONE,
        "married, single, divorced, relationship",
        "literal",
        also="relationship status",
    ),
    row(
        "health",
        "has the condition",
        MANY,
        "health, illness, condition, sick, medical, diagnosed",
        "literal",
        also="diagnosed with, suffers from, medical condition",
    ),
    row(
        "speaks",
        "speaks",
        MANY,
        "language, speak, fluent, talk, understand",
        "thing",
        also="speaks language, language, fluent in, native speaker of, is fluent in",
    ),
    row(
        "learns", "is learning", MANY, "learn, study, lesson, practise, beginner", "thing", also="learning, is learning"
    ),
    row(
        "plays",
        "plays",
        MANY,
        "play, instrument, sport, game, music, hobby",
        "thing",
        also="plays instrument, plays sport, playing",
    ),
    row("is_a", "is", MANY, "who, what, kind, type", "literal", also="instance of, type, kind of"),
)

TASTES = (
    row(
        "likes",
        "likes",
        MANY,
        "like, love, enjoy, hobby, interest, fan, taste, into",
        "",
        opposite="dislikes",
        also="loves, enjoys, adores, is fond of, fond of, fan of, is into, is keen on, keen on, has hobby, hobby, "
        "passionate about, likes to, loves to",
    ),
    row(
        "dislikes",
        "dislikes",
        MANY,
        "dislike, hate, avoid, can't stand, not like",
        "",
        opposite="likes",
        also="hates, can not stand, does not like, detests, not fond of, loathes",
    ),
    row(
        "prefers",
        "prefers",
        MANY,
        "prefer, rather, favourite, favorite, better, best",
        "",
        also="has preference for, preference",
    ),
    row("interested_in", "is interested in", MANY, "interest, curious, hobby, topic", "", also="has interest in"),
    row("afraid_of", "is afraid of", MANY, "fear, afraid, scared, phobia", "", also="fears, scared of, is scared of"),
    row("wants", "wants", MANY, "want, wish, dream, hope, goal", "", also="wishes for, dreams of"),
    row(
        "favourite_drink",
        "has the favourite drink",
        ONE,
        "drink, favourite, favorite, prefer, beverage, order, best",
        "thing",
        also="preferred drink, prefers to drink, favourite beverage, drink of choice",
    ),
    row(
        "favourite_food",
        "has the favourite food",
        ONE,
        "food, favourite, favorite, prefer, dish, eat, meal, best",
        "thing",
        also="preferred food, favourite dish, favourite meal",
    ),
    row(
        "favourite_colour",
        "has the favourite colour",
        ONE,
        "colour, color, favourite, favorite, prefer, best",
        "thing",
        also="preferred colour",
    ),
)

EVENTS = (
    row(
        "visited",
        "visited",
        MANY,
        "visit, trip, travel, go, been, holiday, vacation",
        "",
        also="travelled to, traveled to, went to, took a trip to, has been to, has visited, flew to",
    ),
    row(
        "attended",
        "attended",
        MANY,
        "attend, go, event, been, take part",
        "event",
        also="went to event, participated in, took part in, has attended",
    ),
    row("won", "won", MANY, "win, prize, award, competition, medal", "", also="has won, was awarded"),
    row("read", "read", MANY, "book, read, author, novel", "thing", also="has read, finished reading"),
    row("watched", "watched", MANY, "film, movie, show, series, see, watch", "thing", also="has watched, saw film"),
    row(
        "plans",
        "plans",
        MANY,
        "plan, going, future, next, intend, upcoming",
        "literal",
        also="plans to, intends to, is planning",
    ),
)

ROWS = (*WORK, *HOME, *PEOPLE, *THINGS, *TRAITS, *TASTES, *EVENTS)
"""Every row; names are unique."""
