"""The command line: what people and programs see, how it finds the memory, and how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from neo4j_process import free_port
from server_process import ServerProcess, running
from twohop.cli.main import app
from twohop.graph.datadir import DataDir, read_owner

NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"
SAID = "Alice works at Acme. Alice likes tea."

Twohop = Callable[..., Result]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data directory of a running server."""
    data_dir = tmp_path_factory.mktemp("shared") / "data"
    with running(data_dir):
        yield data_dir


@pytest.fixture
def twohop(server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Twohop:
    """The command line in this process, which finds the running server; each test is a tenant of its own."""
    return command_line(server, monkeypatch, "--tenant", tmp_path.name)


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Twohop:
    """The command line in this process, over a data directory that nobody has open."""
    return command_line(tmp_path / "data", monkeypatch)


def command_line(data_dir: Path, monkeypatch: pytest.MonkeyPatch, *common: str) -> Twohop:
    for name in [name for name in os.environ if name.startswith(("TWOHOP_", "OPENAI_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TWOHOP_DATA_DIR", str(data_dir))
    monkeypatch.setenv("TWOHOP_LLM__PROVIDER", "rules")

    def run(*arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(
            app, [*arguments, *([] if arguments[0] in {"serve", "health"} else common)], input=stdin
        )

    return run


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def told(twohop: Twohop) -> Any:
    """Two facts about Alice, remembered."""
    return answer(twohop("add", SAID, "-u", "alice", "--name", "Alice", "--at", "2025-03-01", "--json"))


def test_what_was_said_is_told_back(alone: Twohop) -> None:
    """People see what was remembered, numbered results with dates and their sources."""
    added = alone("add", SAID, "-u", "alice", "--name", "Alice", "--at", "2025-03-01")
    assert added.exit_code == 0
    assert "ADD" in added.stdout
    assert "Alice works at Acme" in added.stdout
    recalled = alone("recall", "Where does Alice work?", "-u", "alice")
    assert recalled.stdout.lstrip().startswith("1. Alice works at Acme")
    assert f"Alice, 2025-03-01: {SAID}" in recalled.stdout


def test_a_changed_value_shows_what_it_replaced(twohop: Twohop) -> None:
    """A new job closes the old one: the list shows the new one, `--closed` and the dates show both."""
    told(twohop)
    changed = twohop("add", "Alice works at Birch.", "-u", "alice", "--name", "Alice", "--at", "2025-09-01")
    assert "was: Alice works at Acme" in changed.stdout
    now = twohop("list", "-u", "alice").stdout
    assert "Birch" in now
    assert "Acme" not in now
    both = twohop("list", "-u", "alice", "--closed").stdout
    assert "Acme" in both
    then = twohop("list", "-u", "alice", "--as-of", "2025-04-01").stdout
    assert "Acme" in then
    assert "Birch" not in then


def disputed(twohop: Twohop, memory_id: str) -> str:
    """A fact that contradicts a pinned memory."""
    assert answer(twohop("pin", memory_id, "-u", "alice", "--json"))["pinned"]
    said = ("add", "Alice works at Birch.", "-u", "alice", "--name", "Alice", "--at", "2025-09-01", "--json")
    assert [one["event"] for one in answer(twohop(*said))["results"]] == ["DISPUTE"]
    return str(answer(twohop("conflicts", "-u", "alice", "--json"))["results"][0]["id"])


COMMANDS: dict[str, tuple[list[str], set[str]]] = {
    "add": (["add", "Alice likes coffee."], {"results", "relations", "state", "job_id", "message_ids", "usage"}),
    "recall": (["recall", "Where does Alice work?"], {"results", "paths", "relations", "degradations", "read_time"}),
    "paths": (["paths", "Alice", "Acme"], {"results", "sources", "targets", "degradations"}),
    "list": (["list"], {"results"}),
    "get": (["get", "MEMORY"], {"id", "memory", "kind", "valid_from", "valid_to", "evidence", "etag"}),
    "history": (["history", "MEMORY"], {"results"}),
    "update": (
        ["update", "MEMORY", "--category", "work", "--expires-at", "2999-01-01"],
        {"id", "memory", "expires_at"},
    ),
    "delete": (["delete", "MEMORY"], {"id", "memory", "valid_to"}),
    "restore": (["restore", "MEMORY"], {"id", "memory", "valid_to"}),
    "pin": (["pin", "MEMORY"], {"id", "memory", "pinned"}),
    "unpin": (["unpin", "MEMORY"], {"id", "memory", "pinned"}),
    "revert": (["revert", "DECISION", "--request-id", "once"], {"decision", "results"}),
    "conflicts": (["conflicts"], {"results"}),
    "resolve": (["resolve", "DISPUTED", "keep_both", "--request-id", "once"], {"decision", "results"}),
    "entities list": (["entities", "list", "ali"], {"results"}),
    "entities merge": (["entities", "merge", "ENTITY", "OTHER", "--request-id", "once"], {"entity", "decision"}),
    "entities split": (["entities", "split", "ENTITY", "MEMORY", "--request-id", "twice"], {"entity", "decision"}),
    "why": (["why", "JOB"], {"results"}),
    "owners": (["owners"], {"results"}),
    "jobs list": (["jobs", "list"], {"results"}),
    "sessions": (["sessions"], {"results"}),
    "session show": (["session", "show"], {"id", "messages", "summary", "metadata"}),
    "session set": (["session", "set", "default", "--metadata", '{"a": 1}'], {"id", "messages", "metadata"}),
    "agent show": (["agent", "show", "--agent", "coach"], {"version", "instructions", "model"}),
    "agent set": (["agent", "set", "--agent", "coach", "--keep", "work, home"], {"version", "keep_categories"}),
}


STEER = {"jobs watch", "jobs cancel", "jobs replay"}
"""Commands whose answer depends on how far a job is; they have a test of their own."""

UPKEEP = {"verify", "repair", "reindex", "export", "import", "migrate-store"}
"""Commands that open the stores themselves, with nobody else there; they have a file of tests of their own."""


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_prints_json_and_text(name: str, twohop: Twohop) -> None:
    """Programs get JSON with the documented keys, people get text, both about the same."""
    added = told(twohop)
    ids = {"MEMORY": added["results"][0]["id"], "JOB": added["job_id"], "DECISION": added["results"][1]["decision_id"]}
    if name in {"conflicts", "resolve"}:
        ids["DISPUTED"] = disputed(twohop, ids["MEMORY"])
    if name.startswith("entities"):
        ids["ENTITY"], ids["OTHER"] = (
            next(one["id"] for one in answer(twohop("entities", "list", who, "-u", "alice", "--json"))["results"])
            for who in ("alice", "acme")
        )
    line, keys = COMMANDS[name]
    arguments = [ids.get(part, part) for part in line] + (["-u", "alice"] if line[0] != "agent" else [])
    found = answer(twohop(*arguments, "--json"))
    assert keys <= set(found)
    shown = twohop(*arguments)
    assert shown.exit_code == 0, shown.output
    names = ("memory", "fact", "name", "text", "user_id", "id")
    texts = [next(one[key] for key in names if one.get(key)) for one in found.get("results", ())]
    assert texts or "results" not in keys or name == "revert"
    for text in texts if name not in {"add", "paths"} else []:
        assert text in shown.stdout


def test_every_command_can_be_tested() -> None:
    """No command is without its place in the tests, and all that ask take the common options."""
    top: Any = get_command(app)
    commands: dict[str, Any] = {}
    for name, command in top.commands.items():
        below = getattr(command, "commands", {"": command})
        commands |= {f"{name} {part}".strip(): one for part, one in below.items()}
    assert set(commands) == {*COMMANDS, *STEER, *UPKEEP, "serve", "health"}
    for name, command in commands.items():
        options = {option for parameter in command.params for option in parameter.opts}
        common = {"--json", "--target", "--data-dir", "--user", "--agent", "--run"}
        assert name in {"serve", "health", *UPKEEP} or common <= options


def test_why_tells_of_jobs_and_memories(twohop: Twohop) -> None:
    """`why` explains a job, a memory, and everything; an id that is neither is not found."""
    added = told(twohop)
    events = [one["event"] for one in answer(twohop("why", added["job_id"], "-u", "alice", "--json"))["results"]]
    assert events == ["ADD"] * len(added["results"])
    of_memory = answer(twohop("why", added["results"][0]["id"], "-u", "alice", "--json"))["results"]
    assert [one["memory_id"] for one in of_memory] == [added["results"][0]["id"]]
    assert len(answer(twohop("why", "-u", "alice", "--json"))["results"]) == len(events)
    assert twohop("why", NOBODY, "-u", "alice").exit_code == 3
    chat = answer(twohop("add", "Hm.", "-u", "alice", "--no-infer", "--json"))
    assert "Nothing was decided" in twohop("why", chat["job_id"], "-u", "alice").stdout


def test_owners_and_sessions_are_shown(twohop: Twohop) -> None:
    """Who has memories, what they have, and a conversation's metadata, by their keys."""
    told(twohop)
    twohop("add", "Hi.", "-u", "bob", "--run", "monday")
    assert [one["user_id"] for one in answer(twohop("owners", "--json"))["results"]] == ["alice", "bob"]
    assert [one["memories"] for one in answer(twohop("owners", "-u", "alice", "--json"))["results"]] == [2]
    twohop("session", "set", "-u", "bob", "--run", "monday", "--metadata", '{"topic": "tea"}')
    assert '{"topic": "tea"}' in twohop("session", "show", "monday", "-u", "bob").stdout
    assert twohop("session", "show", "tuesday", "-u", "bob").exit_code == 3
    assert "monday" in twohop("sessions", "-u", "bob").stdout


def test_an_agent_is_set_field_by_field(twohop: Twohop) -> None:
    """What is given changes, the rest stays, and an empty text empties; a stale version is refused."""
    assert "none was set" in twohop("agent", "show", "--agent", "coach").stdout
    twohop("agent", "set", "--agent", "coach", "--ignore", "health, money", "--retention-days", "30")
    changed = answer(twohop("agent", "set", "--agent", "coach", "--instructions", "Mind meals.", "--json"))
    assert (changed["version"], changed["ignore_categories"]) == (2, ["health", "money"])
    emptied = answer(twohop("agent", "set", "--agent", "coach", "--ignore", "", "--json"))
    assert (emptied["ignore_categories"], emptied["instructions"]) == ([], "Mind meals.")
    assert "after 30 days" in twohop("agent", "show", "--agent", "coach", "--version", "1").stdout
    assert twohop("agent", "set", "--agent", "coach", "--expected-version", "1").exit_code == 1
    assert twohop("agent", "show", "--agent", "coach", "--version", "9").exit_code == 3
    assert twohop("agent", "show").exit_code == 2


def test_jobs_are_listed_and_steered(twohop: Twohop) -> None:
    """A tenant's jobs are a table or JSON; one is watched to its end line by line; one that is done is not replayed."""
    job_id = told(twohop)["job_id"]
    listed = twohop("jobs", "list")
    assert job_id in listed.stdout
    assert "alice" in listed.stdout
    (one,) = answer(twohop("jobs", "list", "-u", "alice", "--state", "done", "--json"))["results"]
    assert (one["job_id"], one["kind"], one["state"], one["user_id"]) == (job_id, "add", "done", "alice")
    assert "No jobs." in twohop("jobs", "list", "--state", "failed").stdout
    watched = twohop("jobs", "watch", job_id, "-u", "alice", "--json")
    assert [json.loads(row)["state"] for row in watched.stdout.splitlines()] == ["done"]
    assert twohop("jobs", "watch", job_id, "-u", "alice").stdout == f"done, job {job_id}, 2 decided\n"
    assert twohop("jobs", "cancel", job_id, "-u", "alice").stdout.startswith(f"done, job {job_id}")
    replayed = twohop("jobs", "replay", job_id, "-u", "alice")
    assert (replayed.exit_code, replayed.stdout) == (1, "")
    assert "only one that failed or was cancelled" in replayed.stderr
    assert twohop("jobs", "list", "--state", "lost").exit_code == 2
    assert twohop("jobs", "watch", NOBODY, "-u", "alice").exit_code == 3


@pytest.mark.parametrize("arguments", [["add"], ["add", "-"]])
def test_text_comes_from_stdin(arguments: list[str], twohop: Twohop) -> None:
    """Without a text, or with `-`, what is piped in was said."""
    added = answer(twohop(*arguments, "-u", "alice", "--name", "Alice", "--json", stdin="Alice works at Acme.\n"))
    assert [one["memory"] for one in added["results"]] == ["Alice works at Acme"]


@pytest.mark.parametrize("lines", [False, True])
def test_messages_come_as_json(lines: bool, twohop: Twohop) -> None:  # noqa: FBT001  # A parameter of pytest's.
    """A conversation is taken as a JSON list or as one message a line."""
    turns = [
        {"role": "user", "name": "Alice", "content": "Alice works at Acme.", "observed_at": "2025-03-01"},
        {"role": "assistant", "content": "Noted."},
    ]
    text = "\n".join(json.dumps(turn) for turn in turns) if lines else json.dumps(turns)
    added = answer(twohop("add", "--messages", "-u", "alice", "--json", stdin=text))
    assert len(added["message_ids"]) == 2
    assert [one["memory"] for one in added["results"]] == ["Alice works at Acme"]


QUESTION = ("recall", "Where does Alice work?", "-u", "alice")


def test_an_answer_is_written_for_a_prompt(twohop: Twohop) -> None:
    """`--render` prints lines with references, within its tokens, and `--explain` why each result is there."""
    told(twohop)
    for_people = twohop(*QUESTION, "--render").stdout.splitlines()
    assert for_people[:2] == ["Facts", "[1] Alice works at Acme (said 1 March 2025)"]
    assert for_people[-1].endswith("tokens (llama-2)")
    result = answer(twohop(*QUESTION, "--render", "--tokens", "30", "--explain", "--json"))
    assert 0 < result["context"]["tokens"] <= 30
    assert result["context"]["citations"][0]["memory_id"] == result["results"][0]["id"]
    assert result["results"][0]["explanation"]["words"] == ["alice", "work"]
    assert result["results"][0]["explanation"]["text"] in twohop(*QUESTION, "--explain").stdout
    assert answer(twohop(*QUESTION, "--json"))["context"] is None
    assert answer(twohop(*QUESTION, "--in-run", "elsewhere", "--json"))["results"] == []
    assert answer(twohop(*QUESTION, "--min-score", "99", "--json"))["results"] == []


def test_an_answer_comes_in_parts(twohop: Twohop) -> None:
    """`--stream` prints the first hits, then the answer; for programs one line of JSON a part, the last one final."""
    told(twohop)
    parts = [json.loads(line) for line in twohop(*QUESTION, "--stream", "--json").stdout.splitlines()]
    assert [part["final"] for part in parts] == [False] * (len(parts) - 1) + [True]
    assert len(parts) > 1
    assert parts[0]["results"][0]["memory"] == "Alice works at Acme"
    whole = answer(twohop(*QUESTION, "--json"))
    assert {name: part for name, part in parts[-1].items() if name != "final"} == whole
    for_people = twohop(*QUESTION, "--stream").stdout
    assert for_people.startswith("first hits")
    assert for_people.count("1. Alice works at Acme") == 2


def test_what_was_said_is_no_markup(twohop: Twohop) -> None:
    """Brackets and emoji codes in a text are printed as they are."""
    twohop("add", "Look: [bold red]x[/] :smile:", "-u", "alice", "--no-infer")
    assert "[bold red]x[/] :smile:" in twohop("recall", "bold smile", "-u", "alice").stdout


FAILURES: dict[str, tuple[list[str], int, str]] = {
    "nobody's": (["recall", "x"], 2, "scope: give at least one of"),
    "blank": (["add", " ", "-u", "a"], 2, "messages[0].content: must not be blank"),
    "a malformed id": (["get", "7", "-u", "a"], 2, "memory_id"),
    "a name that nobody has": (["paths", "Alice", "Nobody", "-u", "a"], 3, "no entity of this owner"),
    "a budget of 0": (["recall", "x", "-u", "a", "--render", "--tokens", "0"], 2, "render.token_budget"),
    "a limit of 0": (["recall", "x", "-u", "a", "-n", "0"], 2, "limit"),
    "no date": (["list", "-u", "a", "--as-of", "soon"], 2, "as_of"),
    "no JSON": (["add", "{", "--messages", "-u", "a"], 2, "messages"),
    "no object": (["add", "x", "--metadata", "[1]", "-u", "a"], 2, "metadata"),
    "missing": (["get", NOBODY, "-u", "a"], 3, "no such memory"),
    "no history": (["history", NOBODY, "-u", "a"], 3, "no such memory"),
    "nobody listens": (["list", "-u", "a", "--target", "127.0.0.1:1"], 4, "127.0.0.1:1"),
    "beyond loopback": (["serve", "--host", "0.0.0.0"], 1, "loopback only"),  # noqa: S104  # It is refused.
    "no port": (["serve", "--port", "70000"], 2, "invalid settings: port"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_one_line_and_a_code(name: str, twohop: Twohop) -> None:
    """What went wrong stands in one line on stderr, nothing on stdout, and the exit code says what kind it is."""
    arguments, code, problem = FAILURES[name]
    result = twohop(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith("twohop: ")
    assert result.stderr.count("\n") == 1
    assert problem in result.stderr


def test_a_probe_learns_whether_a_server_takes_calls(twohop: Twohop, server: Path) -> None:
    """`health` ends with 0 while the server serves, and with 4 and one line when nobody answers."""
    held = read_owner(server)
    assert held is not None
    serving = twohop("health", "--target", held.address)
    assert (serving.exit_code, serving.stdout) == (0, f"{held.address} serves\n")
    gone = twohop("health", "--target", "127.0.0.1:1", "--timeout", "1")
    assert (gone.exit_code, gone.stderr) == (4, "twohop: 127.0.0.1:1 does not answer\n")


def test_a_probe_asks_the_server_of_its_own_settings(tmp_path: Path) -> None:
    """Beside a server on every address, `health` with the same environment finds it on loopback."""
    port = free_port()
    environment = {
        "TWOHOP_SERVER__HOST": "0.0.0.0",  # noqa: S104  # What containers do.
        "TWOHOP_SERVER__INSECURE_BIND": "true",
        "TWOHOP_SERVER__PORT": str(port),
    }
    with running(tmp_path / "data", **environment):
        probe = subprocess.run(
            [sys.executable, "-m", "twohop.cli.health"],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (probe.returncode, probe.stdout) == (0, f"127.0.0.1:{port} serves\n")


def test_a_usage_error_is_2(twohop: Twohop) -> None:
    """An unknown option and a missing argument end like invalid input."""
    assert twohop("list", "--colour").exit_code == 2
    assert twohop("recall").exit_code == 2


def test_a_bad_setting_is_named(alone: Twohop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that is no number is told in one line with its name."""
    monkeypatch.setenv("TWOHOP_SERVER__PORT", "many")
    result = alone("list", "-u", "a")
    assert result.exit_code == 2
    assert "server.port" in result.stderr


def test_a_directory_in_use_by_someone_silent(alone: Twohop, tmp_path: Path) -> None:
    """A directory that another process has open without serving is unavailable, and the error says by whom."""
    held = DataDir.acquire(tmp_path / "data")
    result = alone("list", "-u", "a")
    held.release()
    assert result.exit_code == 4
    assert str(os.getpid()) in result.stderr


def test_a_file_is_no_data_directory(alone: Twohop, tmp_path: Path) -> None:
    """A data directory that can't be used is a failure that says why."""
    (tmp_path / "file").write_text("")
    result = alone("list", "-u", "a", "--data-dir", str(tmp_path / "file"))
    assert result.exit_code == 1
    assert "not a directory" in result.stderr


def command(*arguments: str, data_dir: Path, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    """The command line as a process of its own."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("TWOHOP_", "OPENAI_"))}
    environment = {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "TWOHOP_DATA_DIR": str(data_dir),
        "TWOHOP_LLM__PROVIDER": "rules",
    }
    return subprocess.run(
        [sys.executable, "-m", "twohop.cli.main", *arguments],
        env=inherited | environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_commands_find_the_server_that_has_the_directory_open(tmp_path: Path) -> None:
    """Commands speak to the running server by the data directory alone, and open the directory once it is gone."""
    data_dir = tmp_path / "data"
    with running(data_dir) as server:
        held = read_owner(data_dir)
        assert held is not None
        assert held.address == server.address
        added = command("add", "-u", "alice", "--name", "Alice", "--json", data_dir=data_dir, stdin=SAID)
        assert added.returncode == 0, added.stderr
        assert json.loads(added.stdout)["state"] == "done"
        second = command("serve", "--port", "0", data_dir=data_dir)
        assert second.returncode == 4
        assert server.address in second.stderr
        elsewhere = command("list", "-u", "alice", "--target", server.address, data_dir=tmp_path / "other")
        assert "Alice works at Acme" in elsewhere.stdout
        assert server.stop() == 0
    assert read_owner(data_dir) is None
    alone = command("recall", "Where does Alice work?", "-u", "alice", data_dir=data_dir)
    assert "Alice works at Acme" in alone.stdout
    assert alone.stderr == ""


def test_a_directory_is_free_after_a_kill(tmp_path: Path) -> None:
    """What a killed server left in its lock file misleads nobody."""
    with running(tmp_path / "data") as server:
        killed: ServerProcess = server
        killed.kill()
    assert read_owner(tmp_path / "data") is None
    assert command("list", "-u", "alice", data_dir=tmp_path / "data").returncode == 0


def test_the_index_is_built_again(alone: Twohop) -> None:
    """Reindex fills a new index from the ledger, and everything is found as before."""
    assert alone("add", "--user", "alice", "Alice works at Acme.").exit_code == 0
    built = CliRunner().invoke(app, ["reindex", "--json"])
    assert json.loads(built.stdout)["points"] >= 2
    found = alone("recall", "--user", "alice", "--json", "Where does Alice work?")
    assert answer(found)["results"][0]["memory"] == "Alice works at Acme"
