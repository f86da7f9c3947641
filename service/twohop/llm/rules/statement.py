"""A clause as a statement about its subject."""

from dataclasses import dataclass

from twohop.llm.rules.phrase import Phrase
from twohop.llm.rules.tokens import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A clause as a statement about its subject.

    `never` = it did at no time; `over` = it holds no longer; `used` = it used to; `begins` = it started; `plan` = it
    lies ahead ("plans", "wants" or "will"), with the words of the plan; `doubt` = the speaker doesn't state it. `rest`
    are the words after the verb, `companions` the other subjects of "Marco and I".
    """

    subject: Phrase
    lemma: str
    word: str = ""
    past: bool = False
    perfect: bool = False
    progressive: bool = False
    negated: bool = False
    never: bool = False
    over: bool = False
    used: bool = False
    begins: bool = False
    plan: str = ""
    able: bool = False
    doubt: bool = False
    rest: tuple[Token, ...] = ()
    companions: tuple[Phrase, ...] = ()
