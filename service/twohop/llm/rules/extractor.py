"""The extractor that needs no model: plain declarative English, read by rules. It would rather miss than invent."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from twohop.graph.model import Message, Role
from twohop.llm.rules.clauses import Clause, clauses
from twohop.llm.rules.clauses import Role as ClauseRole
from twohop.llm.rules.corrections import correction
from twohop.llm.rules.discourse import Discourse, speaker_of
from twohop.llm.rules.documents import is_passage, mentions
from twohop.llm.rules.given_names import is_given_name
from twohop.llm.rules.grammar_words import NOT_NAMES
from twohop.llm.rules.phrase import Phrase, written
from twohop.llm.rules.phrases import read_phrase
from twohop.llm.rules.proper_names import name_end
from twohop.llm.rules.quotation import hushed
from twohop.llm.rules.reading import read
from twohop.llm.rules.retraction import is_joke, taken_back
from twohop.llm.rules.rulebook import apply
from twohop.llm.rules.scene import MAX_TEXT, Scene
from twohop.llm.rules.statement import Reading
from twohop.llm.rules.tokens import Sentence, sentences
from twohop.memory.names import normal
from twohop.memory.ports import Calls, Extraction, ExtractionRequest, Fact, Immediate
from twohop.memory.predicates import PredicateTable
from twohop.memory.times import Reach, TimeSpan, expressions

VAGUE_TIME = re.compile(
    r"\b(?:(?:a few|several|some|many) (?:days|weeks|months|years|hours|minutes) (?:ago|back)|a while (?:ago|back)|"
    r"the other day|a long time ago|some time ago|ages ago|in the (?:past|future)|one day|some ?day|at some point|"
    r"these days|right now|at the moment|at present)\b",
    re.IGNORECASE,
)
"""Times that name no date: they are left out of what is said."""

OPENING = re.compile(r"(?:[,;:\u2013\u2014-]|\b(?:and|but|so|then))$", re.IGNORECASE)
"""Before a time that opens its clause."""

EACH = re.compile(r"\b(?:every|each) $", re.IGNORECASE)
"""Before a weekday: "every Tuesday" is no date."""

HEARSAY = re.compile(r"\s*(?:according to|rumou?r has it|word is|they say|people say)\b", re.IGNORECASE)
MAX_WORDS = 120
"""Words and marks of a sentence that is read; a longer one is a list or a paste, and reading takes their square."""

INTERJECTION = 2
"""Words of a sentence ("No!", "Oh sorry.") after which a correction may still follow."""

DECIDER = "rules"


class RulesExtractor(Immediate):
    """Extracts facts by rules; pure and deterministic. Implements `twohop.memory.ports.Extractor`."""

    def __init__(self, predicates: PredicateTable) -> None:
        self._predicates = predicates

    async def extract(self, request: ExtractionRequest, _: Calls) -> Extraction:
        """The facts that the exchange states; earlier messages tell who "she" is and what "no, Berlin" corrects."""
        talk = Discourse(speakers=speakers((*request.recent, *request.exchange)))
        known = {message.id for message in request.exchange}
        for message in request.recent:
            if message.id not in known:
                talk.facts.extend(self._read(message, talk, states=speaks_for_owner(message, request)))
        found: dict[tuple[object, ...], Fact] = {}
        for message in request.exchange:
            states = speaks_for_owner(message, request)
            facts = list(self._read(message, talk, states=states))
            if states and is_passage(message):
                facts.extend(fact for fact in mentions(message, facts) if acceptable(fact, message))
            for fact in facts:
                found.setdefault((normal(fact.text), fact.kind, fact.polarity, fact.valid_from, fact.claims[:1]), fact)
                talk.facts.append(fact)
        return Extraction(facts=tuple(found.values()), decider=DECIDER)

    def _read(self, message: Message, talk: Discourse, *, states: bool) -> Iterator[Fact]:
        """The facts of one message, as its sentences are read."""
        talk.turn(message)
        opens = True
        last: list[Fact] = []
        message = replace(message, content=hushed(message.content))
        for sentence in sentences(message.content):
            if len(sentence.tokens) > MAX_WORDS:
                continue
            text = message.content[sentence.start : sentence.end]
            if is_joke(text) and not sentence.question:
                # What was just said is taken back: in this message, or the message before.
                if states and opens:
                    yield from taken_back(talk.facts, talk.before, text.strip(), message)
                last = []
                continue
            yield from last
            last = []
            remember_names(sentence, talk)
            corrected = correction(message, sentence.start, sentence.end, talk) if opens and states else None
            if corrected:
                yield from corrected
                continue
            opens = opens and len(sentence.tokens) <= INTERJECTION
            facts = self._sentence(sentence, message, talk)
            if states and not sentence.question and not HEARSAY.match(message.content, sentence.start):
                last = [fact for fact in facts if acceptable(fact, message)]
        yield from last

    def _sentence(self, sentence: Sentence, message: Message, talk: Discourse) -> list[Fact]:
        text = message.content[sentence.start : sentence.end]
        times = spans(text, sentence.start, message, future=None)
        gone = [(span.start, span.end) for span in times]
        gone += [(m.start() + sentence.start, m.end() + sentence.start) for m in VAGUE_TIME.finditer(text)]
        before: Reading | None = None
        facts: list[Fact] = []
        antecedent: Phrase | None = None
        for clause in clauses(sentence, message.content, gone, talk):
            talk.clause += 1
            if clause.role is ClauseRole.IGNORED:
                mention_all(clause, talk)
                continue
            for reading in read(clause, talk, before, antecedent):
                scene = self._scene(clause, reading, message, talk, sentence)
                facts.extend(apply(scene))
                talk.mention_subject(reading.subject)
                if clause.role is ClauseRole.MAIN:
                    before = reading
            mention_all(clause, talk)
            if clause.role is ClauseRole.MAIN:
                antecedent = last_person(clause, talk)
        return facts

    def _scene(self, clause: Clause, reading: Reading, message: Message, talk: Discourse, sentence: Sentence) -> Scene:
        text = message.content[sentence.start : sentence.end]
        ahead = bool(reading.plan) or (reading.progressive and not reading.past and not reading.perfect)
        times = spans(
            text, sentence.start, message, future=ahead or not (reading.past or reading.perfect or reading.over)
        )
        if not ahead:
            # "Since March" looks back in any tense.
            back = spans(text, sentence.start, message, future=False)
            since = {span.start: span for span in back if span.reach in {Reach.SINCE, Reach.LENGTH, Reach.BETWEEN}}
            times = [since.get(span.start, span) for span in times]
        first, last = clause_span(clause, times, sentence, message)
        own = tuple(span for span in times if first <= span.start and span.end <= last)
        return Scene(
            reading=reading, talk=talk, message=message, predicates=self._predicates, times=own, span=(first, last)
        )


def speakers(messages: Sequence[Message]) -> tuple[str, ...]:
    """The named people who speak as users, in order."""
    return tuple(dict.fromkeys(speaker_of(m) for m in messages if m.role is Role.USER and m.name.strip()))


def speaks_for_owner(message: Message, request: ExtractionRequest) -> bool:
    """Whether a message may state facts: users' do, the assistant's only when the memory is the agent's own."""
    return message.role is Role.USER or (request.owner_is_agent and message.role is Role.ASSISTANT)


def spans(text: str, start: int, message: Message, *, future: bool | None) -> list[TimeSpan]:
    """The sentence's time expressions, placed in the message."""
    found = expressions(text, message.observed_at, message.time_zone, future=future)
    return [
        replace(span, start=span.start + start, end=span.end + start)
        for span in found
        if not EACH.search(text[: span.start])
    ]


def clause_span(clause: Clause, times: Sequence[TimeSpan], sentence: Sentence, message: Message) -> tuple[int, int]:
    """The clause's place in the message with the time expressions at its ends, which are part of what it says."""
    words = [token for token in clause.tokens if token.word]
    first, last = words[0].start, words[-1].end
    for span in sorted(times, key=lambda s: s.start):
        between = message.content[last : span.start]
        if span.start >= last and not any(c.isalnum() for c in between):
            last = span.end
    for span in sorted(times, key=lambda s: -s.start):
        between = message.content[span.end : first]
        if (
            span.end <= first
            and not any(c.isalnum() for c in between)
            and not belongs_before(span, sentence, between, message)
        ):
            first = max(sentence.start, span.start)
    closing = message.content[last : last + 1]
    if closing and closing in '"”»' and any(mark in message.content[first:last] for mark in '"“«'):
        last += 1
    return first, last


def belongs_before(span: TimeSpan, sentence: Sentence, between: str, message: Message) -> bool:
    """Whether a time is the end of the clause before: "moved to Porto in March, she commutes"."""
    before = message.content[sentence.start : span.start].rstrip()
    # "Just last week, I …": so few words are no clause.
    return "," in between and len(before.split()) > INTERJECTION and not OPENING.search(before)


def remember_names(sentence: Sentence, talk: Discourse) -> None:
    """Words with a capital inside a sentence are names that may open the next one."""
    for token in sentence.tokens[1:]:
        if token.capital and len(token.text) > 1 and token.low not in NOT_NAMES:
            talk.names.add(normal(token.text))


def mention_all(clause: Clause, talk: Discourse) -> None:
    """Everyone named in a clause, for the pronouns that follow."""
    place = 0
    while place < len(clause.tokens):
        end = name_end(clause.tokens, place, talk, opens=place == 0)
        if end > place and is_given_name(clause.tokens[place].text):
            talk.mention(written(clause.tokens[place:end]))
        place = max(end, place + 1)


def last_person(clause: Clause, talk: Discourse) -> Phrase | None:
    """The person or name at the end of a clause, which "who …" continues."""
    words = [token for token in clause.tokens if token.word]
    best: Phrase | None = None
    for place in range(len(words)):
        phrase, end = read_phrase(words, place, talk, subject=False)
        if (
            phrase is not None
            and end == len(words)
            and (phrase.proper or phrase.type == "person")
            and not phrase.speaker
        ):
            best = best or phrase
    return best


def acceptable(fact: Fact, message: Message) -> bool:
    """Whether a fact is whole: a bounded text and a quote that stands in its message."""
    return (
        len(fact.text) <= MAX_TEXT
        and bool(fact.quote)
        and fact.quote in message.content
        and all(claim.subject and claim.predicate and claim.object for claim in fact.claims)
    )
