"""The rolling summary with a language model: one call."""

from twohop.errors import ModelOutputInvalid
from twohop.llm.ask import Reading, ask
from twohop.llm.openai import ChatModel
from twohop.llm.prompts import SPOKEN, summary_prompt
from twohop.llm.schemas import SUMMARISE, Items, NotTheSchema, SentenceShape
from twohop.memory.ports import Calls, Phase, Summary, SummaryRequest


class ModelSummariser:
    """A `Summariser` over a chat model; its author is the model's id."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    async def summarise(self, request: SummaryRequest, calls: Calls) -> Summary:
        """The model's sentences, as many whole ones as there is room for; with nothing said, no call is made.

        Raises:
            ModelUnavailable: the server can't be reached within the model's deadline.
            ModelRejected: the server or the model refused.
            ModelOutputInvalid: the answer can't be used, also after a repair try.
            ModelCallsSpent: no call is left.
        """
        author = self._model.model
        if not any(message.role in SPOKEN for message in request.messages):
            return Summary(text=request.previous, author=author)
        sentences = await ask(self._model, summary_prompt(request), SUMMARISE, read, calls, Phase.SUMMARISE)
        text = ""
        for sentence in sentences:
            longer = f"{text} {sentence}".strip()
            if len(longer) > request.chars:
                break
            text = longer
        if not text:
            raise ModelOutputInvalid(f"the model's summary has no sentence within {request.chars} characters")
        return Summary(text=text, author=author)


def read(items: Items[SentenceShape]) -> Reading[tuple[str, ...]]:
    """Every sentence that is not blank is usable.

    Raises:
        NotTheSchema: there is none.
    """
    sentences = tuple(text for shape in items.valid if (text := " ".join(shape.text.split())))
    if not sentences:
        raise NotTheSchema("the summary holds no sentence")
    return Reading(value=sentences, usable=len(sentences), defects=items.defects)
