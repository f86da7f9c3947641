"""How facts and messages read on a line of a context: what was said can't break the line or forge a reference."""

import re
from collections.abc import Sequence

from twohop.graph.model import Granularity, Kind, Memory, Moment
from twohop.memory.calendar_words import MONTH_NAMES
from twohop.memory.moment import instant

UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
"""Control characters, what turns the direction of writing, and what has no width (joiners of emoji stay)."""

OPENING = (
    r"\[\u2045\u2772\u27e6\u27ec\u2983\u298b\u298d\u298f\u2997\u2e22\u2e24\u2e55\u2e57\u3010\u3014\u3016\u3018\u301a"
    r"\ufe17\ufe39\ufe3b\ufe47\ufe5d\uff3b"
)
CLOSING = (
    r"\]\u2046\u2773\u27e7\u27ed\u2984\u298c\u298e\u2990\u2998\u2e23\u2e25\u2e56\u2e58\u3011\u3015\u3017\u3019\u301b"
    r"\ufe18\ufe3a\ufe3c\ufe48\ufe5e\uff3d"
)
"""Brackets of any script that look square."""

FILLERS = r"\u115f\u1160\u3164\uffa0"
"""Letters that nobody sees."""

REFERENCE = re.compile(
    rf"[{OPENING}](?P<inside>(?:[^\w{OPENING}{CLOSING}]|[{FILLERS}])*(?P<first>[^\W{FILLERS}])[^{OPENING}{CLOSING}]*)"
    rf"(?P<close>[{CLOSING}]?)"
)
"""What may read like a reference of ours: a square bracket and what is inside it, if its first letter is a digit."""

PIECE = re.compile(
    r"\S.{0,299}?(?:[.!?\u2026\u3002]{1,8}[\"'\u201d\u2019)\]]{0,8}(?=\s|$)|$)|\S.{0,298}\S(?=\s|$)|\S.{0,299}"
)
"""A sentence, or as many words of a long one as are a piece. No run is unbounded: the work grows with the text."""

GAP = "\u2026"


def clean(text: str) -> str:
    """The text on one line, without what can't be seen; what opens with a number in square brackets gets round ones."""
    return REFERENCE.sub(rounded, UNSEEN.sub("", " ".join(text.split())))


def rounded(found: re.Match[str]) -> str:
    """Round brackets around what opens with a digit, as far as is seen; any other as it stands."""
    if not found["first"].isdigit():
        return found[0]
    return f"({found['inside'].strip()})" if found["close"] else f"({found['inside']}"


def pieces(text: str) -> list[str]:
    """A clean text in sentences, long ones in parts."""
    return PIECE.findall(text)


def joined(texts: Sequence[str], places: Sequence[int]) -> str:
    """Some pieces of a text in their order, with a mark where others are left out."""
    said: list[str] = []
    last = -1
    for place in sorted(places):
        said += [GAP] * (place != last + 1) + [texts[place]]
        last = place
    return " ".join(said + [GAP] * (last != len(texts) - 1))


def told(memory: Memory) -> str:
    """A fact's sentence, without its full stop."""
    text = clean(memory.revision.text)
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text


def lasting(memory: Memory) -> str:
    """When it held or happened, as far as anyone knows: "since May 2023", "2021 to May 2023", "said 8 May 2023"."""
    revision = memory.revision
    start, end = revision.validity.valid_from, revision.validity.valid_to
    known = start.granularity is not Granularity.UNKNOWN
    if end is not None:
        return f"{spoken(start)} to {spoken(end)}" if known else f"until {spoken(end)}"
    if not known:
        return f"said {spoken(start)}"
    return spoken(start) if revision.kind is Kind.EVENT else f"since {spoken(start)}"


def spoken(moment: Moment) -> str:
    """A time as people write it, as far as it is known: 2021, May 2023, 8 May 2023."""
    local = instant(moment.at, moment.time_zone)
    month = MONTH_NAMES[local.month - 1].title()
    match moment.granularity:
        case Granularity.YEAR:
            return str(local.year)
        case Granularity.MONTH:
            return f"{month} {local.year}"
        case Granularity.WEEK:
            return f"week of {local.day} {month} {local.year}"
        case _:
            return f"{local.day} {month} {local.year}"
