"""The summary that needs no model: the sentences that tell most, as they were said."""

import asyncio
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from twohop.graph.model import Message, Role
from twohop.llm.rules.discourse import speaker_of
from twohop.llm.rules.grammar_words import NOT_NAMES
from twohop.llm.rules.tokens import Sentence, Token, sentences
from twohop.memory.ports import Calls, Summary, SummaryRequest

AUTHOR = "extractive"

LEAST_WORDS, MOST_WORDS = 4, 40
"""Shorter sentences are greetings and answers that say nothing alone; longer ones are lists and pastes."""

NAME, NUMBER, WORD = 2.0, 2.0, 1.0
LONG = 4
"""What a name, a number or date, and another word of so many letters is worth: who and when come before what."""

ASSISTANT = 0.5
"""What an assistant's sentence is worth beside a user's: facts come from users, and assistants say more."""

AGE = 0.9
"""What a sentence keeps of its worth each time the summary is renewed: of two that tell as much, the newer stays."""

LINE = re.compile(r"(?P<who>[^:\n]{1,80}): (?P<said>.+)")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence with its speaker; `words` are what it tells, `scale` is what its speaker or its age leaves of that."""

    line: str
    words: tuple[tuple[str, float], ...]
    scale: float

    def worth(self, told: set[str]) -> float:
        """What it adds to what is told already, for its length (the root: long sentences should tell more)."""
        return self.scale * sum(value for word, value in self.words if word not in told) / math.sqrt(len(self.line))


class ExtractiveSummariser:
    """A `Summariser` that picks sentences. Deterministic: the same messages give the same summary.

    Each sentence is worth the names, numbers and longer words in it that no sentence picked before has. The best one is
    picked until the room is full; they stand in the order in which they were said, one a line, with their speakers.
    """

    async def summarise(self, request: SummaryRequest, calls: Calls) -> Summary:  # noqa: ARG002 - it makes none.
        """The old summary's and the messages' most telling sentences."""
        # Long messages take a while to read, and nobody waits for it.
        return await asyncio.to_thread(self._summary, request)

    def _summary(self, request: SummaryRequest) -> Summary:
        candidates = [*earlier(request.previous), *(said for m in request.messages for said in spoken(m))]
        kept: dict[int, Said] = {}
        told: set[str] = set()
        room = request.chars
        while True:
            fitting = [n for n, one in enumerate(candidates) if n not in kept and len(one.line) + 1 <= room]
            best = max(fitting, key=lambda n: (candidates[n].worth(told), n), default=None)
            if best is None or candidates[best].worth(told) <= 0:
                break
            kept[best] = candidates[best]
            told.update(word for word, _ in candidates[best].words)
            room -= len(candidates[best].line) + 1
        return Summary(text="\n".join(kept[n].line for n in sorted(kept)), author=AUTHOR)


def earlier(summary: str) -> Iterator[Said]:
    """The lines of an extractive summary, or the sentences of another one."""
    for row in summary.splitlines():
        found = LINE.fullmatch(row.strip())
        if found:
            yield from pick(found["who"], found["said"], AGE)
        else:
            yield from pick("", row, AGE)


def spoken(message: Message) -> Iterator[Said]:
    """The sentences of a user's or an assistant's message."""
    if message.role in {Role.USER, Role.ASSISTANT}:
        scale = 1.0 if message.role is Role.USER else ASSISTANT
        yield from pick(speaker_of(message) or message.role.value, message.content, scale)


def pick(who: str, content: str, scale: float) -> Iterator[Said]:
    """The sentences that state something."""
    for sentence in sentences(content):
        words = [token for token in sentence.tokens if token.word]
        if not sentence.question and LEAST_WORDS <= len(words) <= MOST_WORDS:
            line = " ".join(f"{content[sentence.start : sentence.end]}{sentence.mark[:1] or '.'}".split())
            yield Said(f"{who}: {line}" if who else line, tuple(worths(sentence, words)), scale)


def worths(sentence: Sentence, words: Sequence[Token]) -> Iterator[tuple[str, float]]:
    """What each word is worth, each once."""
    seen: set[str] = set()
    for token in words:
        if token.low in seen or token.low in NOT_NAMES:
            continue
        seen.add(token.low)
        if token.text[:1].isdigit():
            yield token.low, NUMBER
        elif token.capital and token is not sentence.tokens[0]:
            yield token.low, NAME
        elif len(token.low) >= LONG:
            yield token.low, WORD
