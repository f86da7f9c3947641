"""Other people's words inside a message: quotations, forwarded lines, what someone "wrote: …".

They state nothing of the speaker, whoever says "I" in them.
"""

import re
from collections.abc import Iterator

SPOKEN = 4
"""Words from which a text in quotation marks is speech; a shorter one is a title, unless someone says "I" in it."""

FIRST_PERSON = re.compile(r"\b(?:i|i['\u2019]\w+|we|we['\u2019]\w+|my|our)\b", re.IGNORECASE)
QUOTED = re.compile(
    r"(?P<block>\"{3}|`{3}).*?(?:(?P=block)|\Z)"
    r"|\u201c[^\u201d]*(?:\u201d|\Z)"
    r"|\u00ab[^\u00bb]*(?:\u00bb|\Z)"
    r"|(?<![\w\"])\"(?=\S)[^\"]*(?:\"|\Z)"
    r"|(?<!\w)[\u2018'](?=[A-Z])[^\n\u2018]*?[,.!?\u2026][\u2019'](?!\w)",
    re.DOTALL,
)
"""Text in quotation marks; a mark that is not closed quotes to the message's end. Single marks look like apostrophes,
so they must open a capital and close after a mark."""

MAIL_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)

FORWARDED = re.compile(
    r"^[ \t]*(?:-+ ?)?(?:forward(?:ed|ing)\b|fwd?:|(?:copy|copied|past(?:ed|ing))\b)[^\n]*\n"
    r"(?P<said>(?:[^\n]*\S[^\n]*(?:\n|\Z))+)",
    re.IGNORECASE | re.MULTILINE,
)
"""A line that announces what was forwarded, and the paragraph under it."""

SAYING = re.compile(
    r"\b(?P<who>[^\W\d_]+)(?: (?:just|also|then|once|even|always|keeps?))? ?"
    r"(?:says?|said|saying|wr(?:ote|ites?|iting)|texts|texted|messaged|repl(?:ied|ies)|answer(?:ed|s)|"
    r"typed|posted|e-?mailed|told (?:me|us|everyone)|tells (?:me|us|everyone)|reads)\b"
    r"(?P<more>[^.!?:;\n\"\u201c\u00ab]{0,40}):\s+(?P<said>[^\s\"'\u201c\u2018\u00ab][^\n]+)",
    re.IGNORECASE,
)
"""As in "Lena wrote back: …": to the end of the line, where no quotation marks say where it ends."""


def hushed(content: str) -> str:
    """The message with others' words blanked out, so that all that remains keeps its place."""
    text = content
    for start, end in others_words(content):
        last = content[start:end].rstrip("\"'\u201d\u2019\u00bb `\n")[-1:]
        # A semicolon keeps the words on either side apart; a full stop inside ends the sentence around it, too.
        close = "." if last in {".", "!", "?", "\u2026"} else ";"
        blank = "".join("\n" if char == "\n" else " " for char in content[start:end])
        text = text[:start] + (f";{blank[1:-1]}{close}" if end - start > 1 else ";") + text[end:]
    return text


def others_words(content: str) -> Iterator[tuple[int, int]]:
    """Where others' words begin and end."""
    for match in QUOTED.finditer(content):
        if len(match[0].split()) >= SPOKEN or match["block"] or FIRST_PERSON.search(match[0]):
            yield match.start(), match.end()
    for match in MAIL_LINE.finditer(content):
        yield match.start(), match.end()
    for match in FORWARDED.finditer(content):
        yield match.start("said"), match.end("said")
    for match in SAYING.finditer(content):
        if match["who"].lower() not in {"i", "we"}:
            yield match.start("said"), match.end("said")
