"""The runner of answers on a small conversation of our own and a scripted model: graded, kept, estimated."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from bench.answers.__main__ import main
from bench.answers.overlap import bleu1, f1

from model_server import Answer, Exchange, ModelServer, asked_for, call, model_server, refuse, say

TURNS = [
    ("Ada", "I finally adopted a puppy, her name is Pixel!"),
    ("Ben", "Congratulations! I spent the weekend repairing my old bicycle."),
    ("Ada", "How is the pottery class going?"),
    ("Ben", "We glazed our first bowls. The teacher, Mrs Quill, is very patient."),
]
QUESTIONS = [
    ("What is the name of Ada's puppy?", "Pixel", 4),
    ("Who teaches the pottery class?", "Mrs Quill", 1),
    ("What did nobody say?", "", 5),
]
CALLS = 2 * 3
"""Of one system: each question is answered once and graded twice."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    turns = [{"speaker": who, "dia_id": f"D1:{n}", "text": text} for n, (who, text) in enumerate(TURNS, 1)]
    conversation: dict[str, Any] = {
        "conversation": {"session_1": turns, "session_1_date_time": "1:56 pm on 8 May, 2023"},
        "qa": [{"question": q, "answer": a, "category": c, "evidence": ["D1:1"]} for q, a, c in QUESTIONS],
        "observation": {"session_1_observation": {"Ada": [["Ada adopted a puppy called Pixel.", "D1:1"]]}},
    }
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "conv-1.json").write_text(json.dumps(conversation))
    return folder


def clever(exchange_limit: int | None = None) -> Answer:
    """A model that always says Pixel, and grades leniently by the dog and strictly never."""
    answered = 0

    async def answer(exchange: Exchange) -> None:
        nonlocal answered
        answered += 1
        if exchange_limit is not None and answered > exchange_limit:
            await refuse(401)(exchange)
        elif asked_for(exchange) == "answer":
            await call({"answers": [{"text": "It is Pixel"}]}, usage={"prompt_tokens": 50, "completion_tokens": 5})(
                exchange
            )
        else:
            right = '"right": "Pixel"' in exchange.text and "Be generous" in exchange.text
            await call({"grades": [{"reason": "as told", "correct": right}]})(exchange)

    return answer


def argued(data: Path, server: ModelServer, *more: str) -> list[str]:
    kept, out = data.parent / "kept.jsonl", data.parent / "rows.json"
    flags = ["--model", "tiny", "--url", server.base_url, "--kept", str(kept), "--out", str(out), *more]
    return ["--data", str(data), *flags]


async def answered(data: Path, server: ModelServer, *more: str) -> int:
    """Run it beside this loop, which serves the model."""
    return await asyncio.to_thread(main, argued(data, server, *more))


def values(data: Path) -> dict[tuple[str, str, str], float]:
    rows = json.loads((data.parent / "rows.json").read_text(encoding="utf-8"))
    return {(row["system"].partition(",")[0], row["category"], row["metric"]): row["value"] for row in rows}


async def test_answers_are_graded_by_category(data: Path) -> None:
    """Each system is asked each answerable question; shares, tokens and times are told by category and together."""
    async with model_server(clever()) as server:
        assert await answered(data, server) == 0
        asked = [(asked_for(one), one.text) for one in server.requests]
    # All grade the same answer, and of so short a talk the chunks are the whole: what is the same is asked once.
    assert len(asked) == len(set(asked)) == 2 * 2 + 2 * 2
    found = values(data)
    for system in ("twohop", "chunks", "full context"):
        assert found[system, "4", "lenient"] == 100
        assert found[system, "1", "lenient"] == 0
        assert found[system, "1-4", "lenient"] == 50
        assert found[system, "1-4", "strict"] == 0
        assert found[system, "4", "f1"] == 50
        assert found[system, "4", "bleu1"] == pytest.approx(100 / 3, abs=0.01)
        assert 0 < found[system, "1-4", "context_tokens"] < 200
        assert found[system, "1-4", "tokens_in"] == 50
        assert found[system, "1-4", "answer_p50_ms"] > 0


async def test_every_context_holds_what_was_said(data: Path) -> None:
    """The model sees the evidence whatever found it, and the question beside it."""
    async with model_server(clever()) as server:
        assert await answered(data, server) == 0
        asked = [one.text for one in server.requests if asked_for(one) == "answer" and "puppy?" in one.text]
    assert len(asked) == 2
    assert all("named Pixel" in text or "called Pixel" in text or "name is Pixel" in text for text in asked)


async def test_no_call_is_made_twice(data: Path) -> None:
    """A second run, on stores of its own, finds all replies kept, and gives the same figures but for its own times."""
    async with model_server(clever()) as server:
        assert await answered(data, server) == 0
        before = len(server.requests)
        first = values(data)
        assert await answered(data, server) == 0
        assert len(server.requests) == before
    again = values(data)
    assert {key: again[key] for key in again if "context_p" not in key[2]} == {
        key: first[key] for key in first if "context_p" not in key[2]
    }


async def test_a_run_that_stopped_goes_on(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A refusal ends it with a reason; afterwards only what is missing is asked for, a line cut off half-way too."""
    flags = ("--system", "chunks", "--at-once", "1")
    async with model_server(clever(4)) as server:
        assert await answered(data, server, *flags) == 1
        assert "goes on from here" in capsys.readouterr().err
    kept = data.parent / "kept.jsonl"
    lines = kept.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4
    kept.write_text("\n".join([*lines[:3], lines[3][:20]]), encoding="utf-8")
    async with model_server(clever()) as server:
        assert await answered(data, server, *flags) == 0
        assert len(server.requests) == CALLS - 3


async def test_an_estimate_calls_nobody(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It tells calls, tokens and a price, and how many calls are kept already."""
    async with model_server(clever()) as server:
        assert await answered(data, server, "--system", "full context", "--estimate", "--price-in", "1000000") == 0
        assert server.requests == []
        told = capsys.readouterr().out
        assert await answered(data, server, "--system", "full context") == 0
        assert await answered(data, server, "--system", "full context", "--estimate") == 0
        assert len(server.requests) == CALLS
    _, calls, kept, sent, received, price = (cell.strip() for cell in line_of(told, "together").split("│")[1:-1])
    assert (calls, kept, received) == ("6", "0", str(2 * (40 + 2 * 60)))
    assert int(sent.replace(",", "")) > 1_000
    assert price == f"{int(sent.replace(',', '')):,}.00"
    assert line_of(capsys.readouterr().out, "together").split("│")[3].strip() == "6"


def line_of(text: str, name: str) -> str:
    return next(line for line in text.splitlines() if name in line)


@pytest.mark.parametrize("reply", [call({"answers": []}), say("Pixel"), call({"answers": [{"text": 1}]})])
async def test_a_reply_that_cant_be_read_counts_as_wrong(
    data: Path, reply: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is asked for once more, told why; then the question is lost, not the run."""
    async with model_server(reply) as server:
        assert await answered(data, server, "--system", "full context") == 0
        assert len(server.requests) == 4
    assert values(data)["full context", "1-4", "lenient"] == 0
    assert "2 replies could not be read" in capsys.readouterr().out


def test_overlap_by_hand() -> None:
    """Words are folded, articles and marks left out; BLEU-1 counts a repeated word once and punishes brevity."""
    assert f1("The red bicycle.", "a red bike") == pytest.approx(0.5)
    assert f1("", "red") == f1("blue", "red") == 0
    assert bleu1("red red red", "red bike shed") == pytest.approx(1 / 3)
    assert bleu1("red", "red bike") == pytest.approx(0.3679, abs=1e-4)
    assert bleu1("7 May, 2023", "7 May 2023") == 1
