"""The evaluation on conversations in LoCoMo's format, end to end on a small conversation of our own."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bench.locomo import figures, measure, show
from bench.locomo_data import load
from bench.scoring import scored
from rich.console import Console

TURNS = [
    ("Ada", "I finally adopted a puppy, her name is Pixel!"),
    ("Ben", "Congratulations! I spent the weekend repairing my old bicycle."),
    ("Ada", "How is the pottery class going?"),
    ("Ben", "We glazed our first bowls. The teacher, Mrs Quill, is very patient."),
    ("Ada", "My sister visits me next week."),
    ("Ben", "Then show her the harbour."),
]
QUESTIONS = [
    ("What is the name of Ada's puppy?", 4, ["D1:1"]),
    ("When did Ben repair his bicycle?", 2, ["D1:02"]),
    ("Who teaches the class in which Ben glazed bowls?", 1, ["D1:4; D1:3"]),
    ("What did nobody say?", 5, ["D1:1"]),
    ("What is cited nowhere?", 3, ["D9:9"]),
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "locomo"
    (folder / "entities").mkdir(parents=True)
    turns = [{"speaker": who, "dia_id": f"D1:{n}", "text": text} for n, (who, text) in enumerate(TURNS, 1)]
    turns[3]["blip_caption"] = "a photo of two green bowls"
    conversation: dict[str, Any] = {
        "conversation": {
            "speaker_a": "Ada",
            "speaker_b": "Ben",
            "session_1": turns,
            "session_1_date_time": "1:56 pm on 8 May, 2023",
        },
        "qa": [{"question": q, "category": c, "evidence": e} for q, c, e in QUESTIONS],
        "observation": {
            "session_1_observation": {
                "Ada": [["Ada adopted a puppy called Pixel.", "D1:1"]],
                "Ben": [["Ben's pottery class is taught by Mrs Quill.", ["D1:4"]], ["Cited nowhere.", "D8:1"]],
            }
        },
    }
    (folder / "conv-1.json").write_text(json.dumps(conversation))
    mentions = {"D1:1": [["puppy", "thing"]], "D1:4": [["pottery class", "event"], ["harbour", "place"]]}
    (folder / "entities" / "conv-1.json").write_text(json.dumps({"mentions": mentions, "text_normalized": {}}))
    return tmp_path / "data"


def test_a_conversation_is_read_with_its_recorded_facts(data: Path) -> None:
    """Zero-padded and joined ids, captions, dates, answerable questions, and what facts name."""
    [conversation] = load(data)
    [session] = conversation.sessions
    assert session.observed_at == datetime(2023, 5, 8, 13, 56, tzinfo=UTC)
    assert session.turns[3].content.endswith("patient. [shares a photo of two green bowls]")
    assert [(q.category, set(q.evidence)) for q in conversation.questions] == [
        (4, {"D1:1"}),
        (2, {"D1:2"}),
        (1, {"D1:3", "D1:4"}),
    ]
    [adopted] = conversation.facts["D1:1"]
    assert {entity.name: entity.proper for entity in adopted.entities} == {"Ada": True, "Pixel": True, "puppy": False}
    [taught] = conversation.facts["D1:4"]
    assert {entity.name for entity in taught.entities} == {"Ben", "Mrs Quill", "pottery class"}


async def test_the_evaluation_runs_through_the_server(data: Path) -> None:
    """All rows are there, in percent, for every system, category and cut; everything of so small a talk is found."""
    console = Console(quiet=True)
    run, embedder = await measure(load(data), console)
    rows = figures(run, embedder, "dev")
    show(rows, console)
    assert run.adds == 3
    scores = {(r["system"], r["category"], r["metric"], r["k"]): r["value"] for r in rows}
    assert len(scores) == len(rows)
    for system in ("vector", "vector+bm25", "vector+bm25+graph"):
        for category in ("1", "2", "4", "1-4"):
            for cut in (5, 10, 20):
                for metric in ("recall", "all"):
                    assert 0 <= float(str(scores[system, category, metric, cut])) <= 100
        assert scores[system, "1-4", "recall", 10] == 100
    for budget in (500, 1_000, 2_000):
        assert scores["context", "1-4", "all", budget] == 100
        assert 0 < float(str(scores["context", "1-4", "tokens", budget])) <= budget
        assert 0 <= float(str(scores["context, own words", "1-4", "recall", budget])) <= 100
    assert {r["metric"] for r in rows} >= {"changed", "adds_per_second", "recall_p50_ms", "recall_p95_ms"}
    assert all(
        set(r) == {"dataset", "split", "system", "embedder", "category", "metric", "k", "value", "n"} for r in rows
    )


def test_turns_count_at_their_first_place_and_are_cut_at_k() -> None:
    """Two of three pieces of evidence among the first five turns are two thirds, not all."""
    order = [f"t{n}" for n in range(30)]
    assert scored(1, order, {"t0", "t4", "t9"}).found == (2 / 3, 1.0, 1.0)
    assert scored(1, order, {"t25"}).found == (0.0, 0.0, 0.0)
