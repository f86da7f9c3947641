"""Where a quote stands in a message: word for word, whatever the model did to case, blanks and quotation marks."""

import unicodedata

from twohop.memory.names import FOLDED, ZERO_WIDTH

MARKS = " '\"…."


def locate(quote: str, content: str) -> str:
    """The span of `content` that the quote means, as it stands there; empty when there is none.

    Case, runs of white space, the shape of quotation marks and dashes, and how accents are encoded don't count, nor do
    marks put around the quote. Words do.
    """
    if quote.strip() and quote in content:
        return quote
    sought = fold(quote)[0].strip(MARKS)
    folded, places = fold(content)
    start = folded.find(sought) if sought else -1
    if start < 0:
        return ""
    return content[places[start] : places[start + len(sought) - 1] + 1]


def fold(text: str) -> tuple[str, list[int]]:
    """The text in the form in which quotes are compared, and for each of its characters the place it came from."""
    folded: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for part in unicodedata.normalize("NFKD", char).casefold().translate(FOLDED).translate(ZERO_WIDTH):
            if part.isspace():
                if folded and folded[-1] == " ":
                    continue
                folded.append(" ")
            else:
                folded.append(part)
            places.append(place)
    return "".join(folded), places
