"""What the model is told: how to answer from a context, and how to grade an answer, leniently or strictly."""

import json
from typing import Literal

from bench.answers.data import Asked

from twohop.llm.prompts import Prompt
from twohop.llm.schemas import Shape, Text, Tool

Leniency = Literal["lenient", "strict"]


class AnswerShape(Shape):
    """An answer as the model gives it."""

    text: Text


class GradeShape(Shape):
    """A grade as the model gives it: the reason first, so that it is thought of first."""

    reason: Text
    correct: bool


ANSWER = Tool("answer", "Answer the question.", "answers", AnswerShape)
GRADE = Tool("grade", "Grade the answer.", "grades", GradeShape)

ANSWERING = """\
You answer a question about people from what is remembered of their conversations. Answer with {"answers": [{"text": \
...}]}, one answer.

Use the memories alone. Each may carry the date on which it was said: work out when a thing happened from that date \
("yesterday", "last year") and give dates as such, never relative to today. If several memories bear on the question, \
combine them; if they contradict one another, the newest counts. Answer in as few words as the question allows, \
without repeating it. If the memories do not settle it, give the likeliest answer."""

GRADING = """\
You grade an answer to a question about people, given the answer that is known to be right. Answer with {"grades": \
[{"reason": ..., "correct": ...}]}, one grade, its reason in one sentence.

"""

CRITERIA: dict[Leniency, str] = {
    "lenient": """\
Be generous. The answer is correct if it is about the same thing as the right one and conveys it, however it is worded \
and however much longer it is. A time is correct if it means the same day, month, year or span, also when one of the \
two is relative ("the week before") and the other a date, or they are written differently. It is wrong if it says \
something else, or does not answer.""",
    "strict": """\
Be strict. The answer is correct only if it holds everything that the right one says: each person, thing, number and \
place of it, each member of a list, and each time as exactly as the right one gives it. Other words for the same are \
allowed. It is wrong if any part is missing, vaguer or different, if it adds something that contradicts the right one, \
or if it does not commit itself.""",
}
"""The lenient ones are those by which results on LoCoMo are mostly published, in our own words."""


def answering(question: Asked, context: str) -> Prompt:
    """The task to answer."""
    return Prompt(system=ANSWERING, user=f"Memories:\n{context}\n\nQuestion: {question.text}")


def grading(question: Asked, answer: str, leniency: Leniency) -> Prompt:
    """The task to grade. As JSON, so that an answer can't pass for an instruction."""
    shown = {"question": question.text, "right": question.answer, "answer": answer}
    return Prompt(system=GRADING + CRITERIA[leniency], user=json.dumps(shown, ensure_ascii=False))
