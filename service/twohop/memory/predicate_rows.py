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

    `synonyms` are other names of the same meaning, `inverse` says it from the object's side (a symmetric predicate is
    its own), `opposite` can't hold beside it for the same object. `flips`: facts are kept under the inverse, with
    subject and object exchanged, so that both ways of saying it are one relation. `object_type` is person,
    organisation, place, thing, event, literal or empty.
    """

    name: str
    phrase: str
    cardinality: Cardinality = Cardinality.UNKNOWN
    cues: tuple[str, ...] = ()
    object_type: str = ""
    inverse: str = ""
    flips: bool = False
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
    flips: bool = False,
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
        flips=flips,
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
        also="works for, employed by, employed at, is employed at, employer, works with company, job at, has job "
        "at, working at, working for, worked at, worked for, work at, work for, employed with, company, "
        "workplace, hired by, current employer, is an employee of, employee of, employee at, on the staff of, "
        "staff at, works at company, works for company, hired at, has a job at, has job with, works in "
        "company, works at the, working with company, started working at, joined company, employed in "
        "company, employed by company, is on the payroll of",
    ),
    row(
        "employs",
        "employs",
        MANY,
        "employee, staff, worker, work, employer",
        "person",
        inverse="works_at",
        flips=True,
        also="employer of, has employee, hired, employs person, has staff, staff member, recruits, gave a job to",
    ),
    row(
        "job_title",
        "works as",
        ONE,
        "job, profession, occupation, role, position, title, career, do for a living",
        "literal",
        also="works as, occupation, profession, role, position, has job, job, job role, has profession, worked as, "
        "works as a, works as an, is working as, employed as, job position, current role, current position, "
        "current job, job description, holds position, holds the position of, line of work, has the job of, "
        "position held, professional title",
    ),
    row(
        "work_status",
        "has the work status",
        ONE,
        "job, work, retired, unemployed, employment",
        "literal",
        also="employment status, working status, job status, employment state",
    ),
    row(
        "works_in",
        "works in",
        MANY,
        "job, work, office, where, field, industry",
        "",
        also="working in, field of work, works in field, works in industry, works in department, industry, field, "
        "sector, profession field, area of work, works in area, works in sector",
    ),
    row(
        "works_on",
        "works on",
        MANY,
        "project, work, task, building",
        "",
        also="working on, contributes to, works on project, working on project, assigned to project, has project, "
        "contributing to, engaged in project, collaborates on",
    ),
    row(
        "manages",
        "manages",
        MANY,
        "boss, lead, in charge, manager, head, supervisor, runs, responsible",
        "",
        inverse="managed_by",
        flips=True,
        also="leads, heads, runs, supervises, is manager of, manager of, is in charge of, in charge of, boss of, "
        "is head of, head of, lead of, leader of, team lead of, directs, oversees, is responsible for, "
        "responsible for, is the manager of, is the boss of, is leading, is heading, is running, managing, "
        "manages team, leads team, in charge of team, supervisor of, is the head of, is the lead of, is the "
        "leader of, line manages, has report, has direct report, heads up, team leader of, director of, "
        "principal of, is ceo of, president of, chief of",
    ),
    row(
        "managed_by",
        "is managed by",
        ONE,
        "boss, lead, in charge, manager, head, supervisor, runs, responsible",
        "person",
        inverse="manages",
        also="reports to, led by, headed by, run by, has manager, has boss, supervised by, manager, boss, has "
        "supervisor, line manager, direct manager, works under, overseen by, has team lead, has leader, led "
        "by person, reports directly to, answers to, under the management of, ceo, has ceo, managed by person",
    ),
    row(
        "part_of",
        "is part of",
        OPEN,
        "belongs, team, department, group, unit, division, within",
        "organisation",
        inverse="has_part",
        also="belongs to, is a team at, team at, division of, department of, unit of, subsidiary of, is within, "
        "sits in, is a part of, component of, falls under, is under, sub team of, subgroup of, branch of, "
        "section of, is a department of, is a division of, is a unit of, is a subsidiary of, parent "
        "organisation, parent organization, parent company, is a team of, is a team in, team within, "
        "department in, team of, within organisation",
    ),
    row(
        "has_part",
        "includes",
        MANY,
        "team, department, group, unit, division",
        "organisation",
        inverse="part_of",
        flips=True,
        also="includes, consists of, comprises, has team, has department, has division, has unit, is made up of, "
        "is composed of, has subsidiary, has branch",
    ),
    row(
        "member_of",
        "is a member of",
        MANY,
        "team, group, club, member, belongs, joined",
        "organisation",
        inverse="has_member",
        also="is on team, on team, plays for, belongs to group, member, sings in, is a member of, is part of team, "
        "on the team, belongs to team, in team, in group, belongs to club, joined team, joined group, joined "
        "club, plays on, plays in band, in band, in the band, member of team, member of group, member of "
        "band, has membership in, participant in group, in club, has team membership, serves on, volunteers "
        "for team",
    ),
    row(
        "has_member",
        "has the member",
        MANY,
        "team, group, club, member, who",
        "person",
        inverse="member_of",
        flips=True,
        also="members, has team member, includes member, has player, member is, includes person",
    ),
    row(
        "colleague_of",
        "is a colleague of",
        MANY,
        "colleague, coworker, works with, teammate",
        "person",
        inverse="colleague_of",
        also="works with, coworker of, co-worker of, teammate of, colleague, is a coworker of, coworker, "
        "co-worker, coworkers with, works alongside, works together with, is colleagues with, workmate of, is "
        "a teammate of, teammate, classmate of",
    ),
    row(
        "mentors",
        "mentors",
        MANY,
        "mentor, coach, guide, advisor",
        "person",
        inverse="mentored_by",
        also="mentor of, coaches, advises, is mentor of, is a mentor of, is mentor to, tutors, tutor of, is "
        "advising, advisor of, adviser of",
    ),
    row(
        "mentored_by",
        "is mentored by",
        MANY,
        "mentor, coach, guide, advisor",
        "person",
        inverse="mentors",
        flips=True,
        also="has mentor, mentor, has advisor, has tutor, advised by, tutored by, adviser",
    ),
    row(
        "founded",
        "founded",
        MANY,
        "founder, start, started, company, business, set up, own",
        "organisation",
        inverse="founded_by",
        also="founder of, co-founded, cofounded, started company, is the founder of, co-founder of, cofounder of, "
        "created company, set up company, launched company, started business, established, is a founder of",
    ),
    row(
        "founded_by",
        "was founded by",
        MANY,
        "founder, start, started, company, business",
        "person",
        inverse="founded",
        flips=True,
        also="was created by, established by, has founder, started by, cofounded by",
    ),
    row(
        "studies_at",
        "studies at",
        ONE,
        "university, college, school, student, study, degree",
        "organisation",
        also="attends school, student at, enrolled at, attends university, goes to school at, studying at, is a "
        "student at, attends, enrolled in school, enrolled in university, goes to university at, goes to "
        "college at, goes to school, goes to university, goes to college, student of university, university, "
        "school, college, attends college, pupil at, phd student at",
    ),
    row(
        "studied_at",
        "studied at",
        MANY,
        "university, college, school, student, study, degree, alma mater, graduate",
        "organisation",
        also="graduated from, alumnus of, alumna of, went to college at, educated at, degree from, graduate of, is "
        "a graduate of, alma mater, went to university at, went to school at, attended school, attended "
        "university, attended college, holds degree from, completed degree at, graduated at, got degree from, "
        "former student of",
    ),
    row(
        "studies",
        "studies",
        OPEN,
        "subject, major, course, degree, study, learn",
        "",
        also="majors in, studying, major, studies subject, field of study, subject of study, is majoring in, "
        "pursuing degree in, course of study, enrolled in course, takes course in, taking a degree in",
    ),
    row(
        "studied",
        "studied",
        MANY,
        "subject, major, course, degree, study, learn",
        "",
        also="majored in, degree in, graduated in, has a degree in, holds a degree in, studied subject, completed "
        "degree in, qualified in",
    ),
    row(
        "teaches",
        "teaches",
        MANY,
        "teacher, subject, class, lesson, instructor",
        "",
        inverse="taught_by",
        also="teacher of, instructs, is a teacher of, teaches subject, teaching, lectures in, lectures on, teaches "
        "class, instructor of, gives lessons in, gives lessons to, professor of",
    ),
    row(
        "taught_by",
        "is taught by",
        MANY,
        "teacher, subject, class, lesson, instructor",
        "person",
        inverse="teaches",
        flips=True,
        also="has teacher, has instructor, learns from, takes lessons from, has professor",
    ),
)

HOME = (
    row(
        "lives_in",
        "lives in",
        ONE,
        "home, live, city, town, address, country, reside, where",
        "place",
        also="resides in, moved to, relocated to, based in, is based in, living in, lives at, residence, home "
        "city, home is, current city, moved into, settled in, lived in, resided in, is living in, location, "
        "lives in city, lives in country, lives in town, is resident of, resident in, is a resident of, "
        "living at, resides at, place of residence, current residence, current location, current home, home "
        "town is, moved house to, makes home in, home location, has home in, dwells in, has residence in, "
        "city of residence, country of residence, inhabits, lives_in_location, located at home in, domicile",
    ),
    row(
        "lives_with",
        "lives with",
        OPEN,
        "roommate, flatmate, housemate, share, home, live",
        "person",
        inverse="lives_with",
        also="roommate of, flatmate of, housemate of, living with, shares home with, shares flat with, shares "
        "apartment with, has roommate, has flatmate, has housemate, cohabits with, rooms with, roommates "
        "with, moved in with",
    ),
    row(
        "born_in",
        "was born in",
        ONE,
        "birthplace, born, native, origin, hometown",
        "place",
        also="birthplace, place of birth, born at, is born in, birth place, city of birth, country of birth, birth "
        "city, native of, born in city",
    ),
    row(
        "grew_up_in",
        "grew up in",
        ONE,
        "hometown, childhood, grow up, raised, young",
        "place",
        also="raised in, was raised in, hometown, childhood home, grew up, was brought up in, spent childhood in, "
        "childhood city, home town, raised at, grew up at",
    ),
    row(
        "comes_from",
        "comes from",
        ONE,
        "from, origin, hometown, country, native, home country",
        "place",
        also="is from, from, originates from, home country, originally from, country of origin, hails from, "
        "origin, place of origin, roots in, immigrated from, emigrated from, moved from country",
    ),
    row(
        "nationality",
        "has the nationality",
        MANY,
        "nationality, country, citizen, passport, from",
        "literal",
        also="citizen of, citizenship, is a citizen of, national of, holds passport of, has passport, ethnicity",
    ),
    row(
        "located_in",
        "is located in",
        ONE,
        "where, location, place, city, country, find",
        "place",
        also="is in, headquartered in, situated in, sits at, located at, has headquarters in, headquarters, lies "
        "in, stands in, has office in, based at, can be found in, seated in, situated at, has its "
        "headquarters in, headquartered at, is found in, takes place in, held in, held at",
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
        also="spouse, wife, husband, wife of, husband of, spouse of, married, has wife, has husband, is the wife "
        "of, is the husband of, is the spouse of, got married to, wed to, wedded to, got married with, "
        "married with, life partner, lawful spouse",
    ),
    row(
        "engaged_to",
        "is engaged to",
        ONE,
        "fiance, fiancee, engaged, partner, wedding",
        "person",
        inverse="engaged_to",
        also="fiance of, fiancee of, fiancé of, fiancée of, is engaged with, has fiance, has fiancee, has fiancé, "
        "has fiancée, is the fiance of, is the fiancee of, betrothed to, engagement to, is engaged",
    ),
    row(
        "dating",
        "is in a relationship with",
        ONE,
        "girlfriend, boyfriend, partner, date, relationship, together",
        "person",
        inverse="dating",
        also="in a relationship with, girlfriend of, boyfriend of, partner of, partner, girlfriend, boyfriend, "
        "going out with, together with, romantic partner, is the girlfriend of, is the boyfriend of, is the "
        "partner of, is seeing, in relationship with, relationship with, romantically involved with, "
        "significant other, dating with, started dating, goes out with, seeing romantically, is with partner",
    ),
    row(
        "sibling_of",
        "is a sibling of",
        MANY,
        "sister, brother, sibling, twin, family",
        "person",
        inverse="sibling_of",
        also="sister of, brother of, sibling, twin of, sister, brother, has sister, has brother, is the sister of, "
        "is the brother of, siblings, twin, twin sister, twin brother, older sister of, older brother of, "
        "younger sister of, younger brother of, big sister of, big brother of, little sister of, little "
        "brother of, older sister, older brother, younger sister, younger brother, elder brother of, elder "
        "sister of, half-brother of, half-sister of, half sibling of, has brother named, has sister named, "
        "brothers with, step sibling of",
    ),
    row(
        "parent_of",
        "is a parent of",
        MANY,
        "mother, father, parent, mom, dad, child, son, daughter",
        "person",
        inverse="child_of",
        also="mother of, father of, has child, has son, has daughter, mom of, dad of, children, child, son, "
        "daughter, is the mother of, is the father of, is the parent of, mum of, is a father of, is a mother "
        "of, mother to, father to, parent to, has kid, has kids, kid, has a son, has a daughter, has a child, "
        "has baby, gave birth to, stepmother of, stepfather of, adoptive parent of, mummy of, has son named, "
        "has daughter named, has child named",
    ),
    row(
        "child_of",
        "is a child of",
        MANY,
        "son, daughter, child, kid, mother, father, parent",
        "person",
        inverse="parent_of",
        flips=True,
        also="son of, daughter of, kid of, has mother, has father, has parent, mother, father, parent, is the son "
        "of, is the daughter of, is the child of, is a son of, is a daughter of, offspring of, mom, mum, dad, "
        "has mom, has mum, has dad, has a mother, has a father, kid of parent, stepson of, stepdaughter of, "
        "mother is, father is",
    ),
    row(
        "grandparent_of",
        "is a grandparent of",
        MANY,
        "grandmother, grandfather, grandma, grandpa, grandchild",
        "person",
        inverse="grandchild_of",
        also="grandmother of, grandfather of, grandma of, grandpa of, is the grandmother of, is the grandfather "
        "of, has grandchild, has grandson, has granddaughter, grandchildren, granny of, nana of",
    ),
    row(
        "grandchild_of",
        "is a grandchild of",
        MANY,
        "grandson, granddaughter, grandchild, grandmother, grandfather",
        "person",
        inverse="grandparent_of",
        flips=True,
        also="grandson of, granddaughter of, has grandmother, has grandfather, has grandparent, has grandma, has "
        "grandpa, granny, grandad",
    ),
    row(
        "relative_of",
        "is a relative of",
        MANY,
        "family, relative, cousin, aunt, uncle, niece, nephew, in-law",
        "person",
        inverse="relative_of",
        also="cousin of, aunt of, uncle of, niece of, nephew of, in-law of, related by family to, "
        "family member of, family of, has relative, has cousin, has aunt, has uncle, has niece, has nephew, "
        "family member, mother-in-law of, father-in-law of, sister-in-law of, brother-in-law of, son-in-law "
        "of, daughter-in-law of, in-laws with, godmother of, godfather of",
    ),
    row(
        "friend_of",
        "is a friend of",
        MANY,
        "friend, buddy, pal, know, close",
        "person",
        inverse="friend_of",
        also="best friend of, friends with, is friends with, close friend of, friend, has friend, buddy of, is the "
        "friend of, best friend, is best friends with, close friends with, good friend of, is close to, pal "
        "of, mate of, childhood friend of, childhood friend, is a good friend of, old friend of, friend with, "
        "befriended",
    ),
    row(
        "neighbour_of",
        "is a neighbour of",
        MANY,
        "neighbour, neighbor, next door, street",
        "person",
        inverse="neighbour_of",
        also="neighbour, lives next to, next door to, is neighbour to, is neighbours with, next door neighbour of, "
        "lives next door to, lives across from, next-door neighbour, neighbors with, neighbors",
    ),
    row(
        "knows",
        "knows",
        MANY,
        "know, acquainted, contact, met",
        "person",
        inverse="knows",
        also="acquainted with, knows person, knows of, acquaintance of, is an acquaintance of, acquaintance, "
        "familiar with person, knows each other",
    ),
    row(
        "met",
        "met",
        MANY,
        "meet, met, introduced, encounter",
        "person",
        inverse="met",
        also="has met, ran into, got to know, met with, was introduced to, encountered, first met, bumped into, meets",
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
        also="pet, owns pet, has dog, has cat, pet owner of, has a pet, has pets, owns a dog, owns a cat, owns "
        "dog, owns cat, has a dog, has a cat, dog, cat, owner of pet, has kitten, has puppy, has bird, has "
        "rabbit, has hamster, has parrot, adopted pet, pet name, has animal",
    ),
    row(
        "pet_of",
        "is a pet of",
        MANY,
        "pet, dog, cat, animal, owner",
        "person",
        inverse="has_pet",
        flips=True,
        also="is a dog of, is a cat of, is the pet of, is the dog of, is the cat of, dog of, cat of, is owned by "
        "person",
    ),
    row(
        "owns",
        "owns",
        MANY,
        "own, have, possess, property, belongs",
        "thing",
        inverse="owned_by",
        also="has possession, possesses, owner of, owned, has ownership of, is the owner of, possesses item, has "
        "bought and owns, ownership, holds ownership of, owns a, owns property, has a house, proprietor of",
    ),
    row(
        "owned_by",
        "is owned by",
        MANY,
        "own, owner, have, belongs",
        "",
        inverse="owns",
        flips=True,
        also="has owner, is the property of, property of, belongs to person, is in possession of person, "
        "possession of, in the possession of",
    ),
    row(
        "drives",
        "drives",
        OPEN,
        "car, vehicle, drive, own",
        "thing",
        also="car, has car, drives a, driving, vehicle, drives car, drives vehicle, has a car, drives to work in",
    ),
    row(
        "uses",
        "uses",
        OPEN,
        "use, tool, software, app, work with",
        "thing",
        also="using, works with tool, makes use of, uses tool, uses app, uses software, uses device, has used, "
        "utilises, utilizes, works with software, uses service",
    ),
    row(
        "bought",
        "bought",
        MANY,
        "buy, purchase, get, new, shopping",
        "thing",
        also="purchased, has bought, purchases, got new, bought a",
    ),
    row(
        "sold",
        "sold",
        MANY,
        "sell, sale, got rid",
        "thing",
        also="has sold, has sold off, got rid of",
    ),
    row(
        "adopted",
        "adopted",
        MANY,
        "adopt, adoption, new, pet, family",
        "",
        also="has adopted, adopts",
    ),
)

TRAITS = (
    row("name", "has the name", ONE, "name, called, who", "literal", also="is named, first name, given name"),
    row(
        "also_known_as",
        "is also known as",
        MANY,
        "name, called, who, nickname, alias, known as",
        "literal",
        also="known as, better known as, aka, a.k.a., alias, alias of, goes by, goes by the name, goes by name, "
        "nickname, has nickname, nicknamed, nickname is, nickname of, is nickname for, called, is called, "
        "full name, real name, birth name, maiden name, short name, stage name, pen name, other name, "
        "alternative name, short for, is short for, also called, also named, formerly known as, answers to "
        "the name, answers to name, same as, is the same person as, is the same as, has alias, has full name, "
        "abbreviation, abbreviated as, acronym, initials, short form, gamertag, username, handle",
    ),
    row(
        "age",
        "has the age",
        ONE,
        "old, age, years, born",
        "literal",
        also="is aged, years old, has age, is age, has age of, age in years, current age",
    ),
    row(
        "birthday",
        "has the birthday",
        ONE,
        "birthday, born, birth date, age, when",
        "literal",
        also="date of birth, born on, birth date, birthdate, birth day, has birthday on, born on date, date of "
        "birth is, celebrates birthday on, dob, birthday is, birthday date",
    ),
    row(
        "height",
        "has the height",
        ONE,
        "tall, height",
        "literal",
        also="is tall, body height, stands tall, height in cm",
    ),
    row(
        "phone_number",
        "has the phone number",
        ONE,
        "phone, call, number, mobile",
        "literal",
        also="phone, mobile number, telephone, telephone number, mobile, mobile phone, cell phone, cell number, "
        "contact number, phone number is, phone no",
    ),
    row(
        "email",
        "has the e-mail address",
        ONE,
        "email, e-mail, address, contact, write",
        "literal",
        also="e-mail, email address, e-mail address, mail address, contact email, email is, mail",
    ),
    row(
        "address",
        "has the address",
        ONE,
        "address, street, home, live, where",
        "literal",
        also="home address, postal address, street address, mailing address, address is, postal code address, "
        "lives at address, delivery address",
    ),
    row(
        "vital_status",
        "has the vital status",
        ONE,
        "died, dead, death, passed away, alive, lost",
        "literal",
        also="life status",
    ),
    row(
        "diet",
        "has the diet",
        ONE,
        "eat, food, diet, vegetarian, vegan, meat",
        "literal",
        also="follows diet, dietary preference, dietary restriction, dietary restrictions, follows a diet, is on "
        "diet, eating habit, eats diet, dietary requirement, diet is, dietary habit, diet type",
    ),
    row(
        "allergic_to",
        "is allergic to",
        MANY,
        "allergy, allergic, intolerant, avoid, eat, reaction",
        "thing",
        also="allergy, has allergy to, intolerant to, intolerant of, has allergy, has an allergy to, allergies, "
        "has allergies to, food allergy, has intolerance to, allergen, reacts badly to, is allergic",
    ),
    row(
        "marital_status",
        "has the marital status",
        ONE,
        "married, single, divorced, relationship",
        "literal",
        also="relationship status, civil status, marriage status, relationship state",
    ),
    row(
        "health",
        "has the condition",
        MANY,
        "health, illness, condition, sick, medical, diagnosed",
        "literal",
        also="diagnosed with, suffers from, medical condition, has condition, has illness, has disease, diagnosis, "
        "is suffering from, suffers, health condition, has health issue, has injury, injured, is ill with, is "
        "sick with, has symptom, has disorder, chronic condition",
    ),
    row(
        "speaks",
        "speaks",
        MANY,
        "language, speak, fluent, talk, understand",
        "thing",
        also="speaks language, language, fluent in, native speaker of, is fluent in, speaks fluently, can speak, "
        "speaks the language, languages, native language, mother tongue, first language, is a native speaker "
        "of, talks in, knows language, speaks in, is fluent",
    ),
    row(
        "learns",
        "is learning",
        MANY,
        "learn, study, lesson, practise, beginner",
        "thing",
        also="learning, is learning, is learning language, studies language, is taking lessons in, takes lessons "
        "in, wants to master, started learning, learns language",
    ),
    row(
        "plays",
        "plays",
        MANY,
        "play, instrument, sport, game, music, hobby",
        "thing",
        also="plays instrument, plays sport, playing, plays the, plays game, plays music on, plays an instrument, "
        "can play, musician on, plays sports, plays guitar, instrument, sport, practises sport",
    ),
    row(
        "is_a",
        "is",
        MANY,
        "who, what, kind, type",
        "literal",
        also="instance of, type, kind of, is type of, is a type of, is a kind of, classified as, is one of",
    ),
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
        "passionate about, likes to, loves to, is a fan of, is fond of eating, really likes, like, love, "
        "enjoy, enjoys doing, likes eating, likes drinking, likes doing, has a passion for, passion, has "
        "liking for, hobbies, interests, loves eating, loves doing, is crazy about, is a big fan of, is "
        "enthusiastic about, has passion for, enjoys activity, likes activity, likes food, likes music, "
        "favours",
    ),
    row(
        "dislikes",
        "dislikes",
        MANY,
        "dislike, hate, avoid, can't stand, not like",
        "",
        opposite="likes",
        also="hates, can not stand, does not like, detests, not fond of, loathes, does not enjoy, can not bear, "
        "cannot stand, dislike, hate, is not a fan of, has aversion to, averse to, doesn't like, doesnt like, "
        "despises, does not love, does not like eating, cant stand, hates eating, dislikes food, dislikes "
        "eating",
    ),
    row(
        "prefers",
        "prefers",
        MANY,
        "prefer, rather, favourite, favorite, better, best",
        "",
        also="has preference for, preference, would rather have, has a preference for, preferences, favors, "
        "prefers to have, prefers over",
    ),
    row(
        "interested_in",
        "is interested in",
        MANY,
        "interest, curious, hobby, topic",
        "",
        also="has interest in, is curious about, has an interest in, is intrigued by, wants to know about, keen to "
        "learn about, shows interest in, fascinated by",
    ),
    row(
        "afraid_of",
        "is afraid of",
        MANY,
        "fear, afraid, scared, phobia",
        "",
        also="fears, scared of, is scared of, has fear of, is terrified of, has phobia of, phobia, frightened of, "
        "has a fear of",
    ),
    row(
        "wants",
        "wants",
        MANY,
        "want, wish, dream, hope, goal",
        "",
        also="wishes for, dreams of, would like, desires, wants to, hopes for, hopes to, wishes to, aims to, longs "
        "for, wants to have, aspires to, aspiration, wants to buy, is looking for",
    ),
    row(
        "favourite_drink",
        "has the favourite drink",
        ONE,
        "drink, favourite, favorite, prefer, beverage, order, best",
        "thing",
        also="preferred drink, prefers to drink, favourite beverage, drink of choice, favourite drink is, drink of "
        "preference, go-to drink, usual drink, preferred beverage",
    ),
    row(
        "favourite_food",
        "has the favourite food",
        ONE,
        "food, favourite, favorite, prefer, dish, eat, meal, best",
        "thing",
        also="preferred food, favourite dish, favourite meal, favourite food is, favourite cuisine, preferred "
        "dish, preferred cuisine, go-to food, favourite thing to eat",
    ),
    row(
        "favourite_colour",
        "has the favourite colour",
        ONE,
        "colour, color, favourite, favorite, prefer, best",
        "thing",
        also="preferred colour, favourite colour is",
    ),
)

EVENTS = (
    row(
        "visited",
        "visited",
        MANY,
        "visit, trip, travel, go, been, holiday, vacation",
        "",
        also="travelled to, traveled to, went to, took a trip to, has been to, has visited, flew to, has been in, "
        "travelled in, went on trip to, went on holiday to, went on vacation to, vacationed in, holidayed in, "
        "trip to, made a trip to, took a holiday in, visited city, visited country, visited place, went on a "
        "trip to",
    ),
    row(
        "attended",
        "attended",
        MANY,
        "attend, go, event, been, take part",
        "event",
        also="went to event, participated in, took part in, has attended, went to concert, participated, went "
        "along to, joined event, attended event, attended concert, took part, went to the event, competed in, "
        "was present at",
    ),
    row(
        "won",
        "won",
        MANY,
        "win, prize, award, competition, medal",
        "",
        also="has won, was awarded, won award, received award, won prize, wins, got first place in, was winner of, "
        "won competition",
    ),
    row(
        "read",
        "read",
        MANY,
        "book, read, author, novel",
        "thing",
        also="has read, finished reading, reads, is reading, read book, finished book, reads book",
    ),
    row(
        "watched",
        "watched",
        MANY,
        "film, movie, show, series, see, watch",
        "thing",
        also="has watched, saw film, watches, watching, saw movie, watched movie, watched film, watched show, saw "
        "the film, finished watching",
    ),
    row(
        "plans",
        "plans",
        MANY,
        "plan, going, future, next, intend, upcoming",
        "literal",
        also="plans to, intends to, is planning, is going to, is planning to, plans on, intends, has intention to, "
        "scheduled to, plan to, has planned, intention",
    ),
)

ROWS = (*WORK, *HOME, *PEOPLE, *THINGS, *TRAITS, *TASTES, *EVENTS)
"""Every row; names are unique."""
