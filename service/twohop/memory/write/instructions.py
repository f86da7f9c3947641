"""Instructions to forget, delete or ignore that stand in messages: they are said to the agent and prove nothing.

A model may obey them and report "Ana does not live in Rome" for "forget that I live in Rome". What a caller wants
forgotten is asked for through the API, not in a message. English patterns, conservative: a verb of forgetting at the
head of a sentence, with memories, rules or what is known as its object.
"""

import re
from collections.abc import Sequence

from twohop.graph.model import Message
from twohop.memory.ports import Fact, Polarity

SENTENCE = re.compile(r"[.!?]+[\"'\u201d\u2019)\]]*\s+|\n+")
"""The end of a sentence."""

BREAK = re.compile(rf"[,;:]\s|\s[-\u2013\u2014]+\s|\b(?:but|because|since)\b|{SENTENCE.pattern}", re.IGNORECASE)
"""Where another clause may begin that says something of its own."""

INSTRUCTION = re.compile(
    r"""
    [\s"'\u201c\u2018(\[*>#-]*
    (?:(?:please|hey|hi|ok(?:ay)?|now|also|just|and|then|so|system|assistant|important|attention|note)[\s,:!.-]+)*
    (?:
        (?:can|could|would|will)\ you\ |
        you\ (?:must|should|have\ to|need\ to|are\ to|will)\ |
        i(?:'d|\ would)?\ (?:want|need|order|command|like)\ you\ to\ |
        i\ (?:hereby\ )?(?:order|command|instruct)\ you\ to\ |
        let['\u2019]?s\s
    )?
    (?:(?:please|immediately|now|completely|simply|just)\ )*
    (?:forget|delete|erase|remove|wipe|purge|clear|drop|discard|disregard|ignore|overwrite|override|reset|unlearn)
    \s+(?:about\s+)?
    (?:
        (?:everything|anything|whatever)\b |
        all\ (?:that\ )?(?:i|you|we|of)\b |
        what\ (?:i|you|we)\b |
        that\ (?:i|my|we|our|he|she|they)\b |
        (?:(?:any|all|every|each|of|your|my|our|the|these|those|this|previous|prior|earlier|above|stored|saved)\ )*
        (?:memor(?:y|ies)|rules?|instructions?|guidelines?|guardrails?|polic(?:y|ies)|prompts?|records?|facts?|
        profile|history|knowledge)\b
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)


def instructs(fact: Fact, exchange: Sequence[Message]) -> bool:
    """Whether the fact's quote is, wherever it stands, such an instruction or a part of one.

    A sentence that goes on to say something of its own ("forget what I said, I live in Rome") is evidence of that, but
    never of an end or a denial.
    """
    if not fact.quote:
        return False
    holding = [message for message in exchange if fact.quote in message.content]
    named = [message for message in holding if message.id in fact.sources] or holding
    places = [(message.content, place) for message in named for place in starts(fact.quote, message.content)]
    return bool(places) and all(commanded(fact, content, place) for content, place in places)


def commanded(fact: Fact, content: str, place: int) -> bool:
    """Whether the quote at that place belongs to an instruction."""
    head = max((found.end() for found in SENTENCE.finditer(content) if found.end() <= place), default=0)
    command = INSTRUCTION.match(content, head)
    if command is None:
        return False
    rest = BREAK.search(content, command.end())
    end = rest.start() if rest else len(content)
    if place >= end:
        return False
    return place + len(fact.quote.rstrip(" .!?")) <= end or fact.polarity is not Polarity.AFFIRMED


def starts(quote: str, content: str) -> list[int]:
    """Where the quote stands."""
    return [found.start() for found in re.finditer(re.escape(quote), content)]
