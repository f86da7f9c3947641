"""The best of an answer as text for a prompt, within a budget of tokens.

Chains of facts come first, then facts by what they are about and what they say of it, the newest first, then messages
by day. Every line, and every fact of a chain, opens with its reference, `[n]`. What is said twice stands there once.
Lines are taken in the order of the answer as long as they fit. Only the best facts stand there beside the messages that
say so; the others give way to these, which tell more for as many tokens. A long message is cut to the sentences that
share most with the question.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from typing import TypeAlias

from twohop.graph.model import Entity, Memory, Message
from twohop.memory.api import Citation, Item, Path, RenderedContext
from twohop.memory.points import day, speaker
from twohop.memory.recall.labels import labels
from twohop.memory.recall.turns import Rarity
from twohop.memory.recall.view import sources, unique
from twohop.memory.recall.wording import clean, joined, lasting, pieces, told
from twohop.vector.sparse import stems_of
from twohop.vector.tokens import TokenCounter

PLACES = 100
"""Places of the answer that a context is made of, however many of them the caller asked for as items."""

LOOKED = 3
"""Budgets that what is looked at would fill: short lines may fit where longer ones before them did not."""

FACTS_BESIDE = 5
"""Facts that stand beside their messages, the best ones; and all that have ended, which no message tells.

LoCoMo, 1,000 tokens, all evidence (a quarter of the development half): 81 % in its own words, where facts alone in the
place of their messages cite 83 % and leave 17 % of it in its own words. Eight cost two points more.
"""

CHARACTERS = 4
"""Of a token, about."""

SHARE, LEAST = 8, 100
"""A message gets at most this part of the budget, and needn't be shorter than so many tokens."""

LONGEST_TOKEN = 16
"""Characters: a text of more than that for each of its tokens is too long, whatever they are."""

CHAINS, FACTS, MESSAGES = "Connected facts", "Facts", "Messages"
ARROW = " \u2192 "
WIDE = 10
"""A reference as long as most are: what it costs is counted before its number is known."""

Key: TypeAlias = tuple[str, ...]
"""What makes two results the same: who says what, or what is said of what and for when."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one reference stands for. `speaker`: who says the text, when it is a message's."""

    key: Key
    text: str
    citation: Citation
    speaker: str = ""

    @property
    def told(self) -> str:
        """Its words, as they stand behind the reference."""
        return f"{self.speaker}: {self.text}" if self.speaker else self.text


@dataclass(frozen=True, slots=True)
class Entry:
    """A line: a fact or a message, or a chain of several facts. `head`: the heading that it stands under.

    `place`: where it stands in its section.
    """

    section: str
    parts: tuple[Part, ...]
    place: tuple[object, ...] = ()
    head: str = ""

    def line(self, numbers: Mapping[Key, int], fresh: Collection[Key]) -> str:
        """The line; of what is not fresh only the reference."""
        return ARROW.join(
            f"[{numbers.get(part.key, WIDE)}]" + (f" {part.told}" if part.key in fresh else "") for part in self.parts
        )

    def saying(self, text: str) -> "Entry":
        """The line with other words of the same message."""
        return replace(self, parts=tuple(replace(part, text=text) for part in self.parts))

    @property
    def keys(self) -> list[Key]:
        """What it says."""
        return [part.key for part in self.parts]


class ContextWriter:
    """Writes contexts for one question. `stems`: the question's, `rarity`: how much each of them says.

    `messages` False = facts alone.
    """

    def __init__(self, counter: TokenCounter, stems: Sequence[str], rarity: Rarity, *, messages: bool = True) -> None:
        self._counter = counter
        self._stems = frozenset(stems)
        self._rarity = rarity
        self._messages = messages

    def write(
        self, items: Sequence[Item], paths: Sequence[Path], entities: Iterable[Entity], budget: int
    ) -> RenderedContext:
        """A context of at most `budget` tokens; empty when nothing fits."""
        most = max(LEAST, budget // SHARE)
        found = self._entries(items, paths, marked(entities), most * CHARACTERS)
        entries = list(within_reach(found, LOOKED * budget, most))
        chosen = self._fitting(entries, budget, most)
        while True:
            text, citations = laid_out(chosen)
            tokens = self._counter.count([text]) if text else 0
            if tokens <= budget:
                return RenderedContext(text=text, tokens=tokens, tokenizer=self._counter.name, citations=citations)
            chosen.pop()

    def _fitting(self, entries: Sequence[Entry], budget: int, most: int) -> list[Entry]:
        """The entries that fit, in the order of the answer, by the sum of their lines; long messages cut to `most`."""
        headings = list(dict.fromkeys(chain.from_iterable((entry.section, entry.head) for entry in entries)))
        lines = [entry.line({}, entry.keys) for entry in entries]
        # What is too long in any case needn't be counted.
        counts = self._counter.counts([*(line[: most * LONGEST_TOKEN] for line in lines), *headings])
        costs = dict(zip(headings, counts[len(entries) :], strict=True))
        chosen: list[Entry] = []
        written = {""}
        cited: set[Key] = set()
        left = budget
        for entry, count in zip(entries, counts, strict=False):
            fitting, cost = entry, count
            if count > most and entry.section == MESSAGES:
                cut = self._cut(entry, most)
                if cut is None:
                    continue
                fitting, cost = cut
            fresh = {entry.section, entry.head} - written
            cost += 1 + sum(costs[heading] + 1 for heading in fresh)
            if cost <= left and not cited.issuperset(entry.keys):
                left -= cost
                written |= fresh
                cited.update(entry.keys)
                chosen.append(fitting)
        return chosen

    def _cut(self, entry: Entry, most: int) -> tuple[Entry, int] | None:
        """A message of at most some `most` tokens, and how many: the sentences that explain most of the question.

        The speaker stands before them in any case. None = no sentence fits.
        """
        [part] = entry.parts
        texts = pieces(part.text)
        opening, *counts = self._counter.counts([entry.saying("").line({}, entry.keys), *texts])
        most -= opening
        worth = [self._explained(text) for text in texts]
        kept: list[int] = []
        for place in sorted(range(len(texts)), key=lambda n: (-worth[n], n)):
            if counts[place] + 2 <= most:
                kept.append(place)
                most -= counts[place] + 2
        if not kept:
            return None
        cut = entry.saying(joined(texts, kept))
        return cut, self._counter.count([cut.line({}, cut.keys)])

    def _explained(self, text: str) -> float:
        """How much of the question a text explains."""
        return self._rarity.weight(self._stems.intersection(stems_of(text)))

    def _entries(
        self, items: Sequence[Item], paths: Sequence[Path], names: Mapping[str, str], long: int
    ) -> Iterator[Entry]:
        """What can stand in a context, in the order of the answer. `long`: characters of a message that will be cut."""
        linked: set[int] = set()
        same = alike(items)
        ranks: dict[tuple[str, ...], int] = {}
        beside = 0
        for item in items:
            if item.path is not None and item.path not in linked and len(paths[item.path].steps) > 1:
                linked.add(item.path)
                memories = [step.memory for step in paths[item.path].steps]
                yield Entry(CHAINS, tuple(fact(memory, same, names) for memory in memories), (len(linked),))
            source = item.message
            if item.memory is not None:
                source = self._source(item, long)
                beside += 1
                if source is None or beside <= FACTS_BESIDE or item.memory.revision.validity.valid_to is not None:
                    # What is said of one thing stands together, and in it the values that changed, the newest first.
                    about = subject(item.memory)
                    keys = ((about,), (about, predicate(item.memory)))
                    rank = [ranks.setdefault(key, len(ranks)) for key in keys]
                    newest = -item.memory.revision.validity.valid_from.at
                    yield Entry(FACTS, (fact(item.memory, same, names),), (*rank, newest, item.memory.id))
            if source is not None:
                yield message(source, same)

    def _source(self, item: Item, long: int) -> Message | None:
        """The message that tells a fact best, unless it is long or says no more than the fact; None = there is none."""
        if not self._messages or item.memory is None or not item.sources:
            return None
        best = max(item.sources, key=lambda one: (self._explained(one.content), one.observed_at, one.id))
        if len(best.content) > long or set(stems_of(best.content)) <= set(stems_of(item.memory.revision.text)):
            return None
        return best


def within_reach(entries: Iterable[Entry], tokens: int, most: int) -> Iterator[Entry]:
    """The entries, as many as hold some `tokens`, at most `most` of each, if a token is four characters."""
    for entry in entries:
        if tokens <= 0:
            return
        yield entry
        tokens -= min(most, sum(len(part.told) for part in entry.parts) // 4)


def alike(items: Iterable[Item]) -> dict[Key, list[str]]:
    """The messages behind each thing that is said: those that say it, or that the facts rest on that say it."""
    found: dict[Key, list[str]] = {}
    for item in items:
        for one in (item.message, *item.sources):
            if one is not None:
                found.setdefault(message_key(one), []).append(one.id)
        if item.memory is not None:
            found.setdefault(fact_key(item.memory), []).extend(sources(item.memory))
    return found


def message_key(one: Message) -> Key:
    """Who says what in a message."""
    return clean(speaker(one)).casefold(), clean(one.content).casefold()


def fact_key(one: Memory) -> Key:
    """What a fact says of what and for when, whoever said it: the same words may hold of others, and hold again."""
    return subject(one), told(one).casefold(), lasting(one)


def subject(memory: Memory) -> str:
    """The entity that a fact is about; empty when it names none."""
    triples = memory.revision.triples
    return triples[0].subject_id if triples else ""


def predicate(memory: Memory) -> str:
    """What a fact says about it; empty when it names none."""
    triples = memory.revision.triples
    return triples[0].predicate if triples else ""


def fact(memory: Memory, same: Mapping[Key, Sequence[str]], names: Mapping[str, str]) -> Part:
    """A fact with its time, and with what it is about where others share the name that the sentence gives."""
    key = fact_key(memory)
    about = filter(None, (names.get(subject(memory), ""), lasting(memory)))
    behind = unique((*sources(memory), *same.get(key, ())))
    return Part(key, f"{told(memory)} ({'; '.join(about)})", Citation(memory_id=memory.id, message_ids=behind))


def message(one: Message, same: Mapping[Key, Sequence[str]]) -> Entry:
    """A message under its day."""
    key = message_key(one)
    citation = Citation(message_ids=unique((one.id, *same.get(key, ()))))
    part = Part(key, clean(one.content), citation, clean(speaker(one)))
    return Entry(MESSAGES, (part,), (one.observed_at, one.session, one.position, one.id), day(one))


def marked(entities: Iterable[Entity]) -> dict[str, str]:
    """The labels of entities that share a name."""
    known = {entity.id: entity for entity in entities}
    return {one: clean(label) for one, label in labels(known.values()).items() if label != known[one].name}


def laid_out(entries: Iterable[Entry]) -> tuple[str, tuple[Citation, ...]]:
    """The text, and what its references stand for."""
    lines: list[str] = []
    numbers: dict[Key, int] = {}
    citations: list[Citation] = []
    for section in (CHAINS, FACTS, MESSAGES):
        of_section = sorted((entry for entry in entries if entry.section == section), key=lambda entry: entry.place)
        lines += [section] * bool(of_section)
        # A fact that a chain tells needs no line of its own.
        for head, few in groupby(of_section, key=lambda entry: entry.head):
            lines += [head] * bool(head)
            for entry in few:
                fresh = {part.key: part for part in entry.parts if part.key not in numbers}
                if not fresh and section != CHAINS:
                    continue
                for part in fresh.values():
                    citations.append(part.citation)
                    numbers[part.key] = len(citations)
                lines.append(entry.line(numbers, fresh))
    return "\n".join(lines), tuple(citations)
