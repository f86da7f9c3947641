"""The evaluation on passages, end to end on small data sets of our own in the files' formats."""

import json
from pathlib import Path
from typing import Any

import pytest
from bench.evaluate import main
from bench.multihop.data import dropped, load
from rich.console import Console

PASSAGES = [
    ("Billow (film)", "Billow is a drama film about a lighthouse, directed by Mara Quist."),
    ("Mara Quist", "Mara Quist is a director from Varna. Her brother is the sailor Tom Quist."),
    ("Varna", "Varna is a harbour city on the coast, with a museum of ships."),
    ("Tide", "Tide is a film about a whale, directed by Ole Berg."),
    *((f"Village {n}", f"Village {n} is a place where nothing happens, {n} miles from anywhere.") for n in range(30)),
]
TRIPLES = {
    "Billow (film)": [["Billow", "directed by", "Mara Quist"], ["Billow", "directed by", "Mara Quist"]],
    "Mara Quist": [["Mara Quist", "is from", "Varna"], ["Mara Quist", "has brother", "Tom Quist"], ["no", "triple"]],
    "Tide": [["Tide", "directed by", "Ole Berg"]],
}
QUESTION = "Who is the brother of the director of Billow?"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    corpus = [{"title": title, "text": text} for title, text in PASSAGES]
    paragraphs = [
        {"title": title, "paragraph_text": text, "is_supporting": title in {"Billow (film)", "Mara Quist"}}
        for title, text in PASSAGES
    ]
    steps = [{"question": "Who directed Billow?"}, {"question": "Who is the brother of #1?"}]
    files: dict[str, Any] = {
        "musique/corpus.json": corpus,
        "musique/questions.json": [
            {"question": QUESTION, "paragraphs": paragraphs, "question_decomposition": steps} for _ in range(2)
        ],
        "musique/openie.json": {
            "docs": [{**row, "extracted_triples": TRIPLES.get(str(row["title"]), [])} for row in corpus]
        },
        "2wiki/corpus.json": corpus,
        "2wiki/questions.json": [
            {"question": question, "gold_titles": ["Billow (film)", "Mara Quist"]}
            for question in (QUESTION, "Where is the director of Billow from?")
        ],
    }
    for name, content in files.items():
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    return tmp_path / "data"


def test_passages_are_read_with_their_recorded_triples(data: Path) -> None:
    """Each triple once by passage, names told from phrases, gold passages by title or by text."""
    musique, wiki = load(data)
    assert (musique.name, wiki.name) == ("musique", "2wiki")
    assert [fact.text for few in musique.facts.values() for fact in few] == [
        "Billow directed by Mara Quist",
        "Mara Quist is from Varna",
        "Mara Quist has brother Tom Quist",
        "Tide directed by Ole Berg",
    ]
    assert {question.gold for question in (*musique.questions, *wiki.questions)} == {frozenset({"0", "1"})}
    assert musique.questions[0].hops == 2
    assert wiki.facts == {}


def test_the_same_triples_are_dropped_each_time(data: Path) -> None:
    """All of them at 1, none at 0; another seed drops others."""
    facts = load(data)[0].facts
    assert dropped(facts, 0.0, 1) == facts
    assert not any(dropped(facts, 1.0, 1).values())
    assert dropped(facts, 0.6, 1) == dropped(facts, 0.6, 1)
    assert len({str(dropped(facts, 0.5, seed)) for seed in range(8)}) > 1


def test_the_evaluation_runs_through_the_server(data: Path, tmp_path: Path) -> None:
    """All rows are there, in percent, for every variant, system and cut; the graph finds both passages."""
    out = tmp_path / "rows.json"
    main(["--data", str(data), "--out", str(out)], Console(quiet=True))
    rows = json.loads(out.read_text())
    cells = {(r["dataset"], r["split"], r["system"], r["category"], r["metric"], r["k"]): r["value"] for r in rows}
    assert len(cells) == len(rows)
    variants = {(r["dataset"], r["split"]) for r in rows}
    assert variants == {
        ("musique", "dev, recorded"),
        ("musique", "dev, recorded, 60 % of the triples dropped"),
        ("musique", "dev, rules"),
        ("2wiki", "dev, rules"),
    }
    for dataset, split in variants:
        for system in ("vector", "vector+bm25", "vector+bm25+graph"):
            for cut in (2, 5, 8, 10):
                for metric in ("recall", "all"):
                    assert 0 <= cells[dataset, split, system, "all", metric, cut] <= 100
    assert cells["musique", "dev, recorded", "vector+bm25+graph", "all", "all", 2] == 100
    assert cells["2wiki", "dev, rules", "vector+bm25+graph", "all", "all", 5] == 100
    assert {r["metric"] for r in rows} >= {"changed", "adds_per_second", "recall_p50_ms", "recall_p95_ms"}
