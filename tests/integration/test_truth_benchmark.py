"""The truth benchmark end to end: a folder of two scenarios through a real core, three ways."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from bench.truth.__main__ import main
from bench.truth.play import HOSTILE, IDEAL, ROWS, RULES

from ledgers import empty
from neo4j_server import Neo4jServer
from truth_scenarios import MOVES, mistaken

DEPLOYMENTS = ["sqlite+edge", "neo4j+edge"]
pytestmark = pytest.mark.timeout(600)
KINDS = ("live", "closed", "absent", "questions", "count", "relations", "slots")


@pytest.fixture(scope="module", params=DEPLOYMENTS)
def results(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What two scenarios lead to, on the stores of this process and with the ledger on a server."""
    folder = tmp_path_factory.mktemp("truth")
    (folder / "moves.jsonl").write_text(f"{json.dumps(MOVES)}\n{json.dumps(mistaken())}\n")
    out = folder / "results" / "truth.json"
    with pytest.MonkeyPatch.context() as environment:
        if request.param.startswith("neo4j"):
            server: Neo4jServer = request.getfixturevalue("neo4j_server")
            empty(server)
            for name, value in {"BACKEND": "neo4j", "URI": server.uri, "USER": server.user}.items():
                environment.setenv(f"TWOHOP_LEDGER__{name}", value)
            environment.setenv("TWOHOP_LEDGER__PASSWORD", server.password)
        assert main(["--data", str(folder), "--out", str(out)]) == 0
    found: dict[str, Any] = json.loads(out.read_text())
    assert found["malformed"] == []
    return found


def passed(figures: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {kind: (figures["checks"][kind]["passed"], figures["checks"][kind]["total"]) for kind in KINDS}


@pytest.mark.parametrize("row", [IDEAL, HOSTILE])
def test_each_expectation_is_one_check(results: dict[str, Any], row: Any) -> None:
    """With the ideal extraction the true scenario is all right, and every check but one of the mistaken one fails."""
    found = results["rows"][row.name]
    assert passed(found["themes"]["moves"]) == {
        "live": (1, 1),
        "closed": (1, 1),
        "absent": (1, 1),
        "questions": (3, 3),
        "count": (1, 1),
        "relations": (2, 2),
        "slots": (1, 1),
    }
    assert passed(found["themes"]["mistakes"]) == {
        "live": (0, 1),
        "closed": (0, 1),
        "absent": (0, 1),
        "questions": (0, 1),
        "count": (0, 1),
        "relations": (0, 2),
        "slots": (1, 1),
    }
    assert passed(found["figures"])["questions"] == (3, 4)
    assert found["figures"]["all_right"] == {"passed": 1, "total": 2}
    assert found["all_right"] == ["moves-01"]


def test_a_failed_check_is_listed_with_what_was_found_instead(results: dict[str, Any]) -> None:
    """By its id, with what was expected, and what the memory holds or the answer returned."""
    failed = {one["id"]: one for one in results["rows"][IDEAL.name]["failed"]}
    graz, linz = (
        "'Lena lives in Graz' (closed, 2024-02 to 2025-06-14)",
        "'Lena lives in Linz' (live, 2025-06-14 to open)",
    )
    assert {name: one["found"] for name, one in failed.items() if "questions" not in name} == {
        "moves-02/live/0": graz,
        "moves-02/closed/0": linz,
        "moves-02/absent/0": linz,
        "moves-02/count/0": f"2: {linz}; {graz}",
        "moves-02/relations/0": "no such relation holds",
        "moves-02/relations/1": "the relation still holds",
    }
    assert failed["moves-02/live/0"]["expected"] == "Lena lives_in Graz"
    assert failed["moves-02/live/0"]["theme"] == "mistakes"
    assert failed["moves-02/questions/0"]["found"].startswith("['Rome'] not found; returned: 'Lena lives in Linz")


@pytest.mark.parametrize("row", [IDEAL, HOSTILE])
def test_a_fact_that_should_stand_and_does_not_was_wrongly_retired(results: dict[str, Any], row: Any) -> None:
    """Once, though it is both expected live and the target of a hostile decision."""
    found = results["rows"][row.name]
    assert found["figures"]["wrongly_retired"] == 1
    [lost] = found["wrongly_retired"]
    assert (lost["scenario"], lost["text"]) == ("moves-02", "Lena lives in Graz")
    assert lost["found"] == "'Lena lives in Graz' (closed, 2024-02 to 2025-06-14)"


def test_the_rules_alone_are_not_asked_for_a_number_of_memories(results: dict[str, Any]) -> None:
    """They extract what they can, so only the ideal extraction has a largest count."""
    assert passed(results["rows"][RULES.name]["figures"])["count"] == (0, 0)
    assert list(results["rows"]) == [row.name for row in ROWS]


def test_a_line_that_holds_no_scenario_is_named_and_the_others_are_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code says that something was left out."""
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(MOVES)}\n{{}}\n")
    out = tmp_path / "truth.json"
    assert main(["--data", str(tmp_path), "--out", str(out)]) == 2
    assert "a.jsonl:2: exchanges: is missing" in capsys.readouterr().err
    assert json.loads(out.read_text())["rows"][IDEAL.name]["all_right"] == ["moves-01"]


def test_an_add_that_fails_is_reported_and_scored(tmp_path: Path) -> None:
    """What the service refuses to take is named; the scenario's checks fail, and the run goes on."""
    refused: dict[str, Any] = copy.deepcopy(MOVES) | {"id": "refused-01"}
    refused["exchanges"][1]["messages"][1]["content"] = "\x00"
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(refused)}\n{json.dumps(MOVES)}\n")
    out = tmp_path / "truth.json"
    assert main(["--data", str(tmp_path), "--out", str(out)]) == 0
    found = json.loads(out.read_text())["rows"][IDEAL.name]
    [error] = found["errors"]
    assert error["scenario"] == "refused-01"
    assert error["error"].startswith("exchange 1: INVALID")
    assert {one["scenario"] for one in found["failed"]} == {"refused-01"}
    assert found["all_right"] == ["moves-01"]
