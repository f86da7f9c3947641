"""Common words for what people, places and things are: relations, pets, groups, jobs, places, drinks, languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from twohop.llm.rules.wordlist import words


@dataclass(frozen=True, slots=True)
class Relation:
    """What "my sister Emma" claims. `owner_first` = the claim reads owner - predicate - person."""

    predicate: str
    owner_first: bool = False
    gender: str = ""


def relations() -> dict[str, Relation]:
    """The table, spelt out by predicate."""
    table: dict[str, Relation] = {}
    for predicate, owner_first, nouns in (
        ("sibling_of", False, "sister/f brother/m sibling twin"),
        ("parent_of", False, "mother/f mom/f mum/f mommy/f father/m dad/m daddy/m parent"),
        ("parent_of", False, "stepmother/f stepfather/m stepmom/f stepdad/m"),
        ("parent_of", True, "son/m daughter/f child kid baby toddler stepson/m stepdaughter/f"),
        ("married_to", True, "wife/f husband/m spouse hubby/m"),
        ("engaged_to", True, "fiancé/m fiancée/f fiance/m fiancee/f"),
        ("dating", True, "girlfriend/f boyfriend/m partner"),
        ("grandparent_of", False, "grandmother/f grandma/f granny/f grandparent"),
        ("grandparent_of", False, "grandfather/m grandpa/m grandad/m granddad/m"),
        ("grandparent_of", True, "grandson/m granddaughter/f grandchild"),
        ("relative_of", False, "cousin aunt/f auntie/f uncle/m niece/f nephew/m stepsister/f stepbrother/m"),
        ("relative_of", False, "sister-in-law/f brother-in-law/m mother-in-law/f father-in-law/m"),
        ("friend_of", False, "friend buddy pal mate bestie"),
        ("colleague_of", False, "colleague coworker co-worker teammate workmate"),
        ("neighbour_of", False, "neighbour neighbor"),
        ("lives_with", True, "roommate flatmate housemate"),
        ("manages", False, "manager boss supervisor lead"),
        ("mentors", False, "mentor"),
        ("teacher_of", False, "teacher tutor professor"),
        ("coach_of", False, "coach trainer"),
        ("doctor_of", False, "doctor gp"),
        ("dentist_of", False, "dentist"),
        ("therapist_of", False, "therapist counselor counsellor psychologist"),
        ("landlord_of", False, "landlord/m landlady/f"),
        ("lawyer_of", False, "lawyer"),
        ("vet_of", False, "vet"),
        ("assistant_of", False, "assistant"),
        ("classmate_of", False, "classmate"),
        ("student_of", False, "student"),
        ("client_of", False, "client"),
        ("godparent_of", False, "godmother/f godfather/m"),
        ("godparent_of", True, "godson/m goddaughter/f godchild"),
        ("ex_partner_of", False, "ex ex-wife/f ex-husband/m ex-girlfriend/f ex-boyfriend/m"),
    ):  # fmt: skip
        for entry in nouns.split():
            word, _, gender = entry.partition("/")
            table[word] = Relation(predicate, owner_first, gender)
    return table


RELATIONS: Mapping[str, Relation] = MappingProxyType(relations())
PLURAL_RELATIONS = MappingProxyType(
    {f"{word}s": word for word in RELATIONS if not word.endswith(("s", "child", "-law"))}
    | {"children": "child", "grandchildren": "grandchild", "wives": "wife"}
)


PETS = words(
    """
    dog puppy pup cat kitten rabbit bunny hamster parrot horse pony turtle tortoise snake lizard gecko goldfish
    canary budgie ferret chicken hen goat pet terrier labrador poodle beagle retriever bulldog corgi dachshund
    collie
    """
)
DOGS = words("puppy pup terrier labrador poodle beagle retriever bulldog corgi dachshund collie")
TEAMS = words("team department group division unit squad crew branch office lab")
CLUBS = (
    words(
        """
        club gym band choir orchestra church league society association committee board book-club class course
        community network union party army navy program programme workshop fellowship bootcamp meetup forum
        chapter troupe cast brigade
        """
    )
    | TEAMS
)
COMPANIES = words(
    """
    company startup start-up firm agency studio hospital clinic school university college bank restaurant cafe
    café bakery shop store factory museum library hotel bar pub nonprofit charity ngo publisher newspaper lab
    laboratory institute consultancy brewery farm airline foundation organisation organization ministry council
    government court theatre theater pharmacy supermarket bookstore bookshop kindergarten nursery garage salon
    warehouse practice zoo brewery
    """
)
ORGANISATION_ENDS = words(
    """
    inc ltd llc gmbh corp corporation co company labs group bank university college institute hospital school
    academy foundation systems technologies software solutions partners studios airlines press agency industries
    media museum council clinic consulting robotics energy motors ventures capital pharma
    """
)
PLACE_KINDS = words(
    """
    city town village country island beach lake mountain river park street neighbourhood neighborhood region
    state continent suburb district house apartment flat cabin farm coast
    """
)
JOBS = words(
    """
    accountant actor actress administrator advisor analyst animator anthropologist architect archaeologist
    artist assistant astronaut astronomer attorney author baker banker barber barista bartender biologist
    blogger bookkeeper bricklayer broker builder butcher carer caretaker carpenter cashier ceo cfo chef chemist
    cleaner clerk coach coder comedian composer conductor consultant contractor cook coordinator copywriter
    counselor counsellor cto curator dancer decorator dentist designer detective developer dietitian diplomat
    director doctor driver dj ecologist economist editor electrician engineer entrepreneur estate-agent farmer
    filmmaker firefighter fisherman florist founder freelancer gardener geologist geographer goldsmith guard
    guide hairdresser handyman historian housekeeper illustrator inspector instructor intern interpreter
    investigator investor janitor jeweller jeweler joiner journalist judge lawyer lecturer librarian lifeguard
    linguist magician manager marketer mason mathematician mechanic meteorologist midwife miner model musician
    nanny neurologist neuroscientist novelist nurse nutritionist officer operator optician optometrist
    paediatrician painter paralegal paramedic pathologist pediatrician pharmacist philosopher photographer
    physicist physician physiotherapist pianist pilot plumber podcaster poet policeman policewoman politician
    porter postman potter principal producer professor programmer psychiatrist psychologist publicist
    radiologist realtor receptionist recruiter reporter researcher roofer sailor salesman salesperson saleswoman
    scientist sculptor seamstress secretary servant shopkeeper singer smith social-worker soldier solicitor
    songwriter specialist statistician stylist superintendent supervisor surgeon surveyor tailor taxidermist
    teacher technician technologist therapist tiler trader trainee trainer translator tutor underwriter
    undertaker usher vet veterinarian violinist waiter waitress watchmaker welder writer zookeeper zoologist
    auditor beekeeper blacksmith brewer captain caterer chaplain chauffeur choreographer climatologist columnist
    concierge conservator courier cryptographer dean demographer dermatologist dispatcher dressmaker forester
    fundraiser geneticist glazier hydrologist immunologist jockey landscaper lobbyist locksmith machinist masseur
    mediator musicologist oceanographer oncologist orthodontist pastor percussionist playwright priest
    psychotherapist rabbi ranger registrar restorer screenwriter sergeant shepherd sommelier sonographer steward
    stewardess stockbroker stonemason toxicologist treasurer urologist winemaker
    lead head president vice-president vp boss owner partner apprentice student worker strategist salesclerk
    """
)
IDENTITIES = words(
    """
    vegetarian vegan pescatarian mother father mom mum dad parent grandmother grandfather runner swimmer cyclist
    hiker gamer reader climber surfer skier sailor feminist christian muslim buddhist jew hindu atheist catholic
    protestant widow widower bachelor immigrant refugee veteran volunteer beginner introvert extrovert twin
    only-child diabetic insomniac activist collector musician poet gardener photographer ambassador citizen
    member native minimalist smoker non-smoker
    """
)
DRINKS = words(
    """
    tea coffee espresso cappuccino latte matcha wine beer water juice milk cocoa lemonade soda cola coke whisky
    whiskey gin rum vodka cider kombucha cocktails smoothies sake port champagne prosecco
    """
)
DRINK_ADJECTIVES = words(
    """
    green black herbal red white iced hot oat decaf sparkling still mint strong craft cold sweet
    """
)
INSTRUMENTS = words(
    """
    piano violin guitar cello flute drums drum bass saxophone sax trumpet clarinet harp ukulele banjo accordion
    keyboard viola oboe trombone organ recorder harmonica mandolin
    """
)
SPORTS = words(
    """
    football soccer tennis basketball volleyball baseball hockey golf rugby cricket badminton squash chess
    handball padel poker table-tennis ping-pong bridge softball lacrosse
    """
)
LANGUAGES = words(
    """
    english spanish portuguese french german italian dutch polish russian ukrainian greek turkish arabic hebrew
    hindi urdu bengali tamil japanese chinese mandarin cantonese korean vietnamese thai swedish norwegian danish
    finnish czech slovak hungarian romanian bulgarian serbian croatian catalan basque irish welsh gaelic latin
    persian farsi swahili esperanto indonesian malay tagalog icelandic estonian latvian lithuanian slovenian
    albanian galician
    """
)
NATIONALITIES = LANGUAGES - words("mandarin cantonese latin farsi swahili esperanto gaelic tagalog") | words(
    """
    american british canadian australian mexican brazilian argentinian argentine chilean colombian peruvian
    indian pakistani egyptian moroccan nigerian kenyan ethiopian ghanaian austrian swiss belgian scottish
    iranian iraqi syrian lebanese israeli cuban filipino singaporean cambodian nepali african european asian
    """
)
FAITHS = words("muslim jewish buddhist hindu catholic atheist")
PLACES = words(
    """
    afghanistan albania algeria argentina armenia australia austria bangladesh belarus belgium bolivia bosnia
    brazil bulgaria cambodia cameroon canada chile china colombia croatia cuba cyprus czechia denmark ecuador
    egypt england estonia ethiopia europe finland france georgia germany ghana greece guatemala hungary iceland
    india indonesia iran iraq ireland israel italy jamaica japan kazakhstan kenya korea kuwait laos latvia
    lebanon libya lithuania luxembourg madagascar malaysia malta mexico moldova mongolia montenegro morocco
    mozambique namibia nepal netherlands nicaragua nigeria norway oman pakistan panama paraguay peru philippines
    poland portugal qatar romania russia rwanda scotland senegal serbia singapore slovakia slovenia somalia
    spain sudan sweden switzerland syria taiwan tanzania thailand tunisia turkey uganda ukraine uruguay
    uzbekistan venezuela vietnam wales yemen zambia zimbabwe africa asia america usa uk amsterdam athens atlanta
    auckland austin baltimore bangkok barcelona basel beijing belfast belgrade bergen berlin bern bilbao
    birmingham bogota bologna bordeaux boston braga bratislava bremen brighton brisbane bristol brooklyn
    brussels bucharest budapest cairo calgary california cambridge cardiff chicago coimbra cologne copenhagen
    dallas delhi denver detroit dresden dubai dublin düsseldorf edinburgh florence florida frankfurt galway
    geneva genoa ghent glasgow gothenburg granada graz hamburg hanoi hanover havana helsinki houston istanbul
    jakarta jerusalem johannesburg kyiv kiev krakow kyoto lagos lausanne leeds leipzig lille lima lisbon
    liverpool ljubljana london luzern lyon madrid malaga malmö manchester manila marseille melbourne memphis
    miami milan minneapolis montreal moscow mumbai munich nairobi naples nashville newcastle nottingham
    nuremberg oakland odessa oregon osaka oslo ottawa oxford palermo paris perth philadelphia phoenix pittsburgh
    porto portland prague quebec reykjavik riga rome rotterdam salzburg santiago seattle seoul seville shanghai
    sheffield sofia stockholm strasbourg stuttgart sydney tallinn tampere texas tokyo toronto toulouse trieste
    turin utrecht valencia vancouver venice vienna vilnius warsaw washington wellington yokohama york zagreb
    zurich hawaii bali sicily tuscany bavaria catalonia madeira azores algarve andalusia provence brittany
    normandy alaska
    aarhus abidjan abuja accra algiers amman ankara antwerp bamako basra beirut bergamo bishkek brno bruges busan
    caracas casablanca chennai cluj cusco daegu dakar damascus dhaka dortmund dundee durban eindhoven gaborone gdansk
    gdańsk gdynia göteborg guadalajara guangzhou haifa hobart hyderabad ibadan innsbruck islamabad izmir jaipur
    karachi kathmandu kigali kinshasa kobe kolkata kraków lahore linz luanda lund lusaka maputo marrakesh medellin
    minsk mombasa monterrey montevideo montpellier nagoya nantes nicosia nürnberg ostrava oulu patras penang perugia
    pisa plovdiv poznan poznań pretoria pune quito rabat rostock rotorua sapporo sarajevo shenzhen skopje stavanger
    surabaya szczecin taipei tampa tashkent tbilisi tehran thessaloniki tirana tromsø trondheim tunis turku
    ulaanbaatar uppsala valletta valparaíso varanasi vientiane wrocław wuhan xiamen yaoundé yerevan zaragoza zürich
    """
)
LONG_PLACES = frozenset(
    {
        "new york", "new york city", "san francisco", "los angeles", "san diego", "new zealand", "south africa",
        "united states", "united kingdom", "costa rica", "saudi arabia", "sri lanka", "hong kong", "tel aviv",
        "cape town", "rio de janeiro", "são paulo", "sao paulo", "buenos aires", "mexico city", "las vegas",
        "new orleans", "new delhi", "kuala lumpur", "south korea", "north carolina", "south carolina", "el salvador",
        "puerto rico", "czech republic", "salt lake city", "st petersburg", "the hague", "san jose", "santa fe",
        "santa cruz", "new jersey", "new mexico",
    }
)  # fmt: skip


def is_place(name: str) -> bool:
    """Whether a name is that of a common country, region or city."""
    low = name.lower().removeprefix("the ")
    return low in PLACES or low in LONG_PLACES


def singular(noun: str) -> str:
    """A plural noun's singular, by its ending."""
    if noun in {"children", "kids"}:
        return "child" if noun == "children" else "kid"
    if noun.endswith("ies") and len(noun) > len("ties"):
        return f"{noun[:-3]}y"
    if noun.endswith(("ches", "shes", "xes", "sses")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) else noun
