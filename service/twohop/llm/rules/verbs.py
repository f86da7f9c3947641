"""English verbs: which words are forms of which verb, and how to write a verb in third person or in the past."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Form(StrEnum):
    """A form of a verb."""

    BASE = "base"
    THIRD = "third"
    PAST = "past"
    PARTICIPLE = "participle"
    GERUND = "gerund"


@dataclass(frozen=True, slots=True)
class Verb:
    """A word read as a verb."""

    lemma: str
    form: Form


IRREGULAR = """
be was been; become became become; begin began begun; bite bit bitten; blow blew blown; break broke broken; bring
brought brought; build built built; burn burnt burnt; buy bought bought; catch caught caught; choose chose chosen;
come came come; cost cost cost; cut cut cut; deal dealt dealt; dig dug dug; do did done; draw drew drawn; dream
dreamt dreamt; drink drank drunk; drive drove driven; eat ate eaten; fall fell fallen; feed fed fed; feel felt felt;
fight fought fought; find found found; fly flew flown; forget forgot forgotten; get got got; give gave given; go
went gone; grow grew grown; hang hung hung; have had had; hear heard heard; hide hid hidden; hit hit hit; hold held
held; hurt hurt hurt; keep kept kept; know knew known; lead led led; learn learnt learnt; leave left left; lend lent
lent; let let let; lie lay lain; lose lost lost; make made made; mean meant meant; meet met met; pay paid paid; put
put put; quit quit quit; read read read; ride rode ridden; ring rang rung; rise rose risen; run ran run; say said
said; see saw seen; sell sold sold; send sent sent; set set set; sew sewed sewn; shoot shot shot; show showed shown;
sing sang sung; sit sat sat; sleep slept slept; speak spoke spoken; spend spent spent; stand stood stood; steal
stole stolen; swim swam swum; take took taken; teach taught taught; tear tore torn; tell told told; think thought
thought; throw threw thrown; undergo underwent undergone; oversee oversaw overseen; split split split; understand
understood understood; wake woke woken; wear wore worn; win won won; write wrote written
"""
REGULAR = """
accept achieve act adapt add admire adopt adore advise agree aim allow announce answer apologise apologize appear
apply appreciate approve argue arrange arrive ask assist assume attend audition babysit* bake battle beat belong
bike block blog book born borrow bother box breathe breed broaden brew browse brush call camp cancel cancel* care
carry carve celebrate challenge change chat* check cheer chill clean clear climb close coach code collaborate
collect combine comment commute compete complain complete compose conduct confirm connect consider consult contain
continue contribute cook cope co-found cofound correct cover craft crash create cross cry cycle dance date decide
decorate dedicate deliver depend describe design develop die direct disagree discover discuss dislike divorce donate
doubt download draft dress drop* dye earn edit educate elect email emigrate employ encourage end engage enjoy enrol*
enroll enter establish exercise exhibit expand expect experience experiment explain explore express face fail farm
fear film finish fish fit* fix focus follow foster found freelance garden gather graduate grill guess guide handle
happen hate head heal help hike hire hope host hunt imagine immigrate improve include increase inherit inspire
install instruct intend interview introduce invent invest invite involve iron jog* join joke judge juggle jump kayak
kick kill kiss knit* land laugh launch lease lift like limit link listen live loathe lock look love maintain major
manage march marry master matter mean mention mentor migrate mind miss mix mountaineer move need negotiate nominate
notice nurse observe offer open operate order organise organize own pack paint park participate pass perform
photograph pick plan* plant play plead practice practise praise pray prefer* prepare present preserve print produce
promise promote propose protect provide publish pull purchase push qualify question race raise rank reach realise
realize receive recognise recognize recommend record recover recruit reduce refer* reflect refuse register relate
relax release relocate remain remember remind remodel renew renovate rent repair replace reply report represent
request rescue research resemble reside resign respect respond rest restore retire return review rock roast row sail
save schedule score search seem separate serve settle share shop* shout sign skate sketch skip* ski smoke snowboard
solve sound specialise specialize sponsor start stay step* stop* stream stress stretch struggle study style submit*
succeed suffer suggest supervise supply support suppose surf surprise survive suspect switch talk taste tend test
text thank tour train transfer* translate travel travel* treat trust try turn update upgrade use value visit voice
volunteer vote wait walk want warn wash watch water weigh welcome whisper wish witness wonder work worry wrap* yell
"""
EXTRA: Mapping[str, tuple[Verb, ...]] = {
    "is": (Verb("be", Form.THIRD),),
    "are": (Verb("be", Form.BASE),),
    "am": (Verb("be", Form.BASE),),
    "were": (Verb("be", Form.PAST),),
    "has": (Verb("have", Form.THIRD),),
    "does": (Verb("do", Form.THIRD),),
    "goes": (Verb("go", Form.THIRD),),
    "gotten": (Verb("get", Form.PARTICIPLE),),
    "learned": (Verb("learn", Form.PAST), Verb("learn", Form.PARTICIPLE)),
    "dreamed": (Verb("dream", Form.PAST), Verb("dream", Form.PARTICIPLE)),
    "proven": (Verb("prove", Form.PARTICIPLE),),
    "wed": (Verb("marry", Form.PAST),),
    "born": (Verb("born", Form.PARTICIPLE),),
}
THIRD = {"be": "is", "have": "has", "do": "does", "go": "goes", "undergo": "undergoes"}
DIES = {"die": "dying", "lie": "lying", "tie": "tying"}
VOWELS = "aeiou"
HISSES = ("s", "x", "z", "ch", "sh")


def third(lemma: str) -> str:
    """The verb after he or she: works, has, studies."""
    if lemma in THIRD:
        return THIRD[lemma]
    if lemma.endswith("y") and lemma[-2:-1] not in VOWELS:
        return f"{lemma[:-1]}ies"
    return f"{lemma}es" if lemma.endswith(HISSES) else f"{lemma}s"


def past(lemma: str) -> str:
    """The simple past: worked, had, met."""
    if lemma not in FORMS and lemma.endswith("ed"):
        return lemma  # Guessed from its past, which is all that is known of it.
    return PASTS.get(lemma) or regular_past(lemma)


def regular_past(lemma: str) -> str:
    """The past in -ed."""
    if lemma.endswith("e"):
        return f"{lemma}d"
    if lemma.endswith("y") and lemma[-2:-1] not in VOWELS:
        return f"{lemma[:-1]}ied"
    return f"{lemma}{lemma[-1]}ed" if lemma in DOUBLING else f"{lemma}ed"


def gerund(lemma: str) -> str:
    """The form in -ing."""
    if lemma in DIES:
        return DIES[lemma]
    if lemma.endswith("e") and not lemma.endswith(("ee", "oe", "ye")) and lemma != "be":
        return f"{lemma[:-1]}ing"
    return f"{lemma}{lemma[-1]}ing" if lemma in DOUBLING else f"{lemma}ing"


def read_verb(low: str) -> tuple[Verb, ...]:
    """The readings of a lower-case word as a verb; empty when it is none that is known."""
    return FORMS.get(low, ())


def guess_verb(low: str) -> tuple[Verb, ...]:
    """As `read_verb`; an unknown word in -ed passes for a past."""
    if low in FORMS:
        return FORMS[low]
    if low.endswith("ed") and low.isalpha() and len(low) > len("need") and not low.endswith("eed"):
        return (Verb(low, Form.PAST), Verb(low, Form.PARTICIPLE))
    return ()


def has_form(low: str, *forms: Form) -> bool:
    """Whether the word can be one of these forms."""
    return any(verb.form in forms for verb in FORMS.get(low, ()))


PASTS = {parts[0]: parts[1] for parts in (entry.split() for entry in IRREGULAR.split(";"))}
PARTICIPLES = {parts[0]: parts[2] for parts in (entry.split() for entry in IRREGULAR.split(";"))}
DOUBLING = frozenset(
    {word[:-1] for word in REGULAR.split() if word.endswith("*")}
    | {"begin", "cut", "get", "hit", "let", "put", "quit", "run", "set", "shut", "sit", "swim", "win", "dig"}
)


def build() -> Mapping[str, tuple[Verb, ...]]:
    """Every known form with its readings, the base form first."""
    forms: dict[str, dict[Verb, None]] = {}
    lemmas = dict.fromkeys([*PASTS, *(word.rstrip("*") for word in REGULAR.split())])
    for lemma in lemmas:
        written = {
            Form.BASE: lemma,
            Form.THIRD: third(lemma),
            Form.PAST: PASTS.get(lemma) or regular_past(lemma),
            Form.PARTICIPLE: PARTICIPLES.get(lemma) or regular_past(lemma),
            Form.GERUND: gerund(lemma),
        }
        if lemma == "born":
            continue
        for form, word in written.items():
            forms.setdefault(word, {})[Verb(lemma, form)] = None
    for word, verbs in EXTRA.items():
        forms.setdefault(word, {}).update(dict.fromkeys(verbs))
    return MappingProxyType({word: tuple(verbs) for word, verbs in forms.items()})


FORMS = build()
