"""The relations of the made-up world, and how people ask about them.

A `Way` walks a relation from one end to the other: `described` are phrases for the end reached ("the company {} works
at"), `asked` are questions for it. Of both there are *close* wordings, which use the relation's words or its cues, and
*free* ones, which share neither with the facts. The free ones were written before any was measured and were never
changed since; relations marked `held_out` had no part in making anything either.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """What an extractor says of an entity: its coarse type, and the common words for it."""

    type: str
    words: tuple[str, ...] = ()


PERSON = Kind("person")
COMPANY = Kind("organisation", ("company",))
TEAM = Kind("organisation", ("team",))
UNIVERSITY = Kind("organisation", ("university",))
CLUB = Kind("organisation", ("club",))
CLINIC = Kind("organisation", ("clinic",))
CITY = Kind("place", ("city",))
DOG = Kind("thing", ("dog", "pet"))
PRODUCT = Kind("thing", ("product",))
BOOK = Kind("thing", ("book",))
LANGUAGE = Kind("thing", ("language",))
DATE = Kind("literal", ("date",))
CAR = Kind("literal", ("car",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordings:
    """Ways to say it; `{}` is the name, or the description, that it starts from."""

    described: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A relation walked towards one end, of which there is one for each start."""

    close: Wordings
    free: Wordings


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A relation between two kinds; what is None is not asked for in that direction.

    `share`: of those it is asked from that have it. `cues`: what an extracting model gives where the predicate table
    has none. `changes`: some subjects had another value before. `mutual`: it says the same from both ends.
    """

    predicate: str
    phrase: str
    subject: Kind
    object: Kind
    forward: Way | None = None
    backward: Way | None = None
    share: float = 1.0
    cues: tuple[str, ...] = ()
    held_out: bool = False
    changes: bool = False
    mutual: bool = False


def way(
    close_described: tuple[str, ...],
    close_asked: tuple[str, ...],
    free_described: tuple[str, ...],
    free_asked: tuple[str, ...],
) -> Way:
    """A way from its four groups of wordings."""
    return Way(
        close=Wordings(described=close_described, asked=close_asked),
        free=Wordings(described=free_described, asked=free_asked),
    )


WORKS_AT = Relation(
    predicate="works_at",
    phrase="works at",
    subject=PERSON,
    object=COMPANY,
    changes=True,
    forward=way(
        ("the company {} works at", "the employer of {}", "the company where {} has a job"),
        ("Which company does {} work at?", "Who is the employer of {}?"),
        ("the firm that pays {}", "the outfit {} draws a salary from"),
        ("Who signs the pay cheque of {}?", "Where does {} earn a living?"),
    ),
)
LIVES_IN = Relation(
    predicate="lives_in",
    phrase="lives in",
    subject=PERSON,
    object=CITY,
    changes=True,
    forward=way(
        ("the city {} lives in", "the city where {} has a home"),
        ("In which city does {} live?", "Where does {} live?"),
        ("the town {} goes back to at night", "the place {} pays rent in"),
        ("In which town does {} sleep?", "Where would a letter reach {}?"),
    ),
)
MEMBER_OF = Relation(
    predicate="member_of",
    phrase="is a member of",
    subject=PERSON,
    object=TEAM,
    forward=way(
        ("the team {} is a member of", "the team {} belongs to"),
        ("Which team is {} a member of?", "Which team does {} belong to?"),
        ("the crew around {}", "the bunch {} gets things done with"),
        ("Which crew counts on {}?", "With which bunch does {} get things done?"),
    ),
)
MANAGES = Relation(
    predicate="manages",
    phrase="manages",
    subject=PERSON,
    object=TEAM,
    backward=way(
        ("the manager of {}", "the boss of {}", "the person in charge of {}"),
        ("Who manages {}?", "Who is the boss of {}?", "Who is in charge of {}?"),
        ("the one who calls the shots at {}", "the one everybody at {} answers to"),
        ("Who calls the shots at {}?", "Whom does everybody at {} answer to?"),
    ),
)
PART_OF = Relation(
    predicate="part_of",
    phrase="is part of",
    subject=TEAM,
    object=COMPANY,
    forward=way(
        ("the company {} is part of", "the company {} belongs to"),
        ("Which company is {} part of?", "To which company does {} belong?"),
        ("the firm that pays for {}", "the business above {}"),
        ("Which firm keeps {} on its books?", "Under whose roof does {} sit?"),
    ),
)
LOCATED_IN = Relation(
    predicate="located_in",
    phrase="is located in",
    subject=COMPANY,
    object=CITY,
    forward=way(
        ("the city {} is located in", "the city where {} is based"),
        ("In which city is {} located?", "What is the location of {}?"),
        ("the town with the offices of {}", "the spot where {} opens its doors"),
        ("Where would I find the offices of {}?", "In which town does {} open its doors?"),
    ),
)
FOUNDED = Relation(
    predicate="founded",
    phrase="founded",
    subject=PERSON,
    object=COMPANY,
    backward=way(
        ("the founder of {}", "the person who founded {}"),
        ("Who founded {}?", "Who is the founder of {}?"),
        ("the mind behind {}", "the one who got {} off the ground"),
        ("Who got {} off the ground?", "Whose idea was {}?"),
    ),
)
MARRIED_TO = Relation(
    predicate="married_to",
    phrase="is married to",
    subject=PERSON,
    object=PERSON,
    share=0.5,
    mutual=True,
    forward=way(
        ("the spouse of {}", "the person {} is married to"),
        ("Who is {} married to?", "Who is the spouse of {}?"),
        ("the better half of {}", "the one who walked down the aisle with {}"),
        ("Who walked down the aisle with {}?", "Who exchanged rings with {}?"),
    ),
)
MENTORS = Relation(
    predicate="mentors",
    phrase="mentors",
    subject=PERSON,
    object=PERSON,
    share=0.4,
    backward=way(
        ("the mentor of {}", "the coach of {}"),
        ("Who mentors {}?", "Who is the mentor of {}?"),
        ("the one who shows {} the ropes", "the wise old hand beside {}"),
        ("Who shows {} the ropes?", "From whom does {} pick up the tricks of the trade?"),
    ),
)
HAS_PET = Relation(
    predicate="has_pet",
    phrase="has the pet",
    subject=PERSON,
    object=DOG,
    share=0.4,
    forward=way(
        ("the dog of {}", "the pet of {}"),
        ("Which pet does {} have?", "What is the dog of {} called?"),
        ("the furry friend of {}", "the animal that keeps {} company"),
        ("What furry friend waits for {} at the door?", "Which animal keeps {} company?"),
    ),
    backward=way(
        ("the owner of the dog {}", "the person who has {} as a pet"),
        ("Who has {} as a pet?", "Who is the owner of the dog {}?"),
        ("the one who fills the bowl of {}", "the one {} wags its tail for"),
        ("Who fills the bowl of {}?", "For whom does {} wag its tail?"),
    ),
)
STUDIED_AT = Relation(
    predicate="studied_at",
    phrase="studied at",
    subject=PERSON,
    object=UNIVERSITY,
    forward=way(
        ("the university {} studied at", "the alma mater of {}"),
        ("Which university did {} study at?", "At which university was {} a student?"),
        ("the campus that shaped {}", "the place where {} sat through lectures"),
        ("On which campus did {} sit through lectures?", "Who handed {} a diploma?"),
    ),
)
SPEAKS = Relation(
    predicate="speaks",
    phrase="speaks",
    subject=PERSON,
    object=LANGUAGE,
    forward=way(
        (),
        ("Which language does {} speak?", "In which language is {} fluent?"),
        (),
        ("What is the mother tongue of {}?", "How would one chat with {}?"),
    ),
)
BIRTHDAY = Relation(
    predicate="birthday",
    phrase="has the birthday",
    subject=PERSON,
    object=DATE,
    forward=way(
        (),
        ("When is the birthday of {}?", "When was {} born?"),
        (),
        ("When does {} blow out the candles?", "When did {} come into the world?"),
    ),
)
MAKES = Relation(
    predicate="makes",
    phrase="makes",
    subject=COMPANY,
    object=PRODUCT,
    cues=("product", "manufacturer", "maker", "produce", "build", "sell"),
    forward=way(
        ("the product {} makes", "the product of {}"),
        ("Which product does {} make?", "What is the product of {}?"),
        ("the thing {} lives off", "the gadget that rolls off the line at {}"),
        ("What rolls off the line at {}?", "What does {} ship to its customers?"),
    ),
    backward=way(
        ("the company that makes {}", "the manufacturer of {}"),
        ("Which company makes {}?", "Who is the manufacturer of {}?"),
        ("the outfit behind {}", "the business that turns out {}"),
        ("What business turns out {}?", "Whose name stands on {}?"),
    ),
)
USES = Relation(
    predicate="uses",
    phrase="uses",
    subject=PERSON,
    object=PRODUCT,
    share=0.6,
    cues=("use", "tool", "product", "work with", "rely"),
    forward=way(
        ("the product {} uses", "the tool {} works with"),
        ("Which product does {} use?", "Which tool does {} rely on?"),
        ("the gadget on the desk of {}", "the thing {} would never part with"),
        ("What gadget stands on the desk of {}?", "What would {} never part with?"),
    ),
)
MAYOR_OF = Relation(
    predicate="mayor_of",
    phrase="is the mayor of",
    subject=PERSON,
    object=CITY,
    cues=("mayor", "town hall", "politician", "head", "govern", "elected"),
    backward=way(
        ("the mayor of {}", "the head of the town hall of {}"),
        ("Who is the mayor of {}?", "Who governs {}?"),
        ("the one who wears the chain of office in {}", "the one the voters of {} chose"),
        ("Who wears the chain of office in {}?", "Whom did the voters of {} choose?"),
    ),
)

PLAYS_FOR = Relation(
    predicate="plays_chess_for",
    phrase="plays chess for",
    subject=PERSON,
    object=CLUB,
    share=0.4,
    held_out=True,
    cues=("club", "chess", "player", "join", "tournament", "team"),
    forward=way(
        ("the club {} plays chess for", "the chess club of {}"),
        ("Which club does {} play chess for?", "What is the chess club of {}?"),
        ("the circle in which {} moves pawns", "the lot that sits over boards with {}"),
        ("In which circle does {} move pawns?", "Who sits over boards with {}?"),
    ),
)
CHAIRS = Relation(
    predicate="chairs",
    phrase="chairs",
    subject=PERSON,
    object=CLUB,
    held_out=True,
    cues=("chair", "chairman", "president", "head", "lead", "preside"),
    backward=way(
        ("the president of {}", "the person who chairs {}"),
        ("Who chairs {}?", "Who is the president of {}?"),
        ("the one with the gavel at {}", "the one who has the last word at {}"),
        ("Who holds the gavel at {}?", "Who has the last word at {}?"),
    ),
)
TREATED_AT = Relation(
    predicate="treated_at",
    phrase="is treated at",
    subject=DOG,
    object=CLINIC,
    held_out=True,
    cues=("vet", "clinic", "doctor", "treatment", "animal hospital", "patient"),
    forward=way(
        ("the clinic where {} is treated", "the vet clinic of {}"),
        ("At which clinic is {} treated?", "Which vet clinic does {} go to?"),
        ("the surgery that looks after {}", "the practice where {} gets its shots"),
        ("Who gives {} its shots?", "Where do they look after {} when it limps?"),
    ),
)
CLINIC_IN = Relation(
    predicate="stands_in",
    phrase="stands in",
    subject=CLINIC,
    object=CITY,
    held_out=True,
    cues=("address", "city", "location", "where", "place", "situated"),
    forward=way(
        ("the city {} stands in", "the city where {} is situated"),
        ("In which city does {} stand?", "Where is {} situated?"),
        ("the town around {}", "the town one drives to for {}"),
        ("Which town would one drive to for {}?", "On the map of which town is {}?"),
    ),
)
WROTE = Relation(
    predicate="wrote",
    phrase="wrote",
    subject=PERSON,
    object=BOOK,
    held_out=True,
    cues=("author", "writer", "book", "novel", "write", "publish"),
    backward=way(
        ("the author of {}", "the person who wrote {}"),
        ("Who wrote {}?", "Who is the author of {}?"),
        ("the pen behind {}", "the one whose name is on the spine of {}"),
        ("Whose pen did {} come from?", "Whose name is on the spine of {}?"),
    ),
)
READS = Relation(
    predicate="is_reading",
    phrase="is reading",
    subject=PERSON,
    object=BOOK,
    share=0.5,
    held_out=True,
    cues=("book", "reading", "novel", "read", "reader", "literature"),
    forward=way(
        ("the book {} is reading", "the novel {} reads"),
        ("Which book is {} reading?", "What is {} reading?"),
        ("the paperback on the bedside table of {}", "the thing {} turns the pages of"),
        ("What lies on the bedside table of {}?", "What does {} turn the pages of?"),
    ),
)
LANDLORD = Relation(
    predicate="rents_from",
    phrase="rents a flat from",
    subject=PERSON,
    object=PERSON,
    share=0.3,
    held_out=True,
    cues=("landlord", "landlady", "rent", "tenant", "flat", "lease"),
    forward=way(
        ("the landlord of {}", "the person {} rents a flat from"),
        ("Who does {} rent a flat from?", "Who is the landlord of {}?"),
        ("the one who holds the spare keys of {}", "the one {} owes money on the first of the month"),
        ("Who holds the spare keys of {}?", "Whom does {} owe money on the first of the month?"),
    ),
)
DRIVES = Relation(
    predicate="drives",
    phrase="drives",
    subject=PERSON,
    object=CAR,
    held_out=True,
    share=0.6,
    cues=("car", "vehicle", "drive", "automobile", "ride", "own"),
    forward=way(
        (),
        ("What car does {} drive?", "Which vehicle does {} own?"),
        (),
        ("Behind what wheel does {} sit?", "What stands in the garage of {}?"),
    ),
)

KNOWS = Relation(predicate="knows", phrase="knows", subject=PERSON, object=PERSON)
VISITED = Relation(predicate="visited", phrase="visited", subject=PERSON, object=CITY)
"""Nobody asks for these two: they make hubs."""

RELATIONS = (
    WORKS_AT,
    LIVES_IN,
    MEMBER_OF,
    MANAGES,
    PART_OF,
    LOCATED_IN,
    FOUNDED,
    MARRIED_TO,
    MENTORS,
    HAS_PET,
    STUDIED_AT,
    SPEAKS,
    BIRTHDAY,
    MAKES,
    USES,
    MAYOR_OF,
    PLAYS_FOR,
    CHAIRS,
    TREATED_AT,
    CLINIC_IN,
    WROTE,
    READS,
    LANDLORD,
    DRIVES,
)
