"""Where a quote stands in a message: word for word, whatever the model did to case, blanks and quotation marks."""

import unicodedata
from functools import cached_property

from twohop.memory.names import FOLDED, ZERO_WIDTH

MARKS = " '\"…."


class Quotable:
    """A text that quotes are looked up in; it is folded once, on the first quote that isn't exact."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _folded(self) -> tuple[str, list[int]]:
        return fold(self.text)

    def holds(self, quote: str) -> bool:
        """Whether the quote stands there letter for letter."""
        return bool(quote.strip()) and quote in self.text

    def locate(self, quote: str) -> str:
        """The span that the quote means, as it stands there; empty when there is none.

        Case, runs of white space, the shape of quotation marks and dashes, and how accents are encoded don't count,
        nor do marks put around the quote. Words do.
        """
        if self.holds(quote):
            return quote
        sought = fold(quote)[0].strip(MARKS)
        folded, places = self._folded
        start = folded.find(sought) if sought else -1
        if start < 0:
            return ""
        return self.text[places[start] : places[start + len(sought) - 1] + 1]


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
