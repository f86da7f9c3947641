"""The commands that look after stores, as people and scripts call them: what they print and how they end."""

import gzip
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from server_process import running
from twohop.cli.main import app

SAID = "Alice works at Acme. Alice likes tea."


def twohop(*arguments: str, data_dir: Path, stdin: bytes = b"") -> Result:
    """The command line in this process."""
    unset = {name: None for name in os.environ if name.startswith(("TWOHOP_", "OPENAI_"))}
    environment = {"TWOHOP_DATA_DIR": str(data_dir), "TWOHOP_LLM__PROVIDER": "rules"}
    return CliRunner(env={**unset, **environment}).invoke(app, [*arguments], input=stdin)


def answer(done: Result, code: int = 0) -> Any:
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def remembered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with two owners, which no test changes."""
    data_dir = tmp_path_factory.mktemp("upkeep") / "data"
    assert twohop("add", SAID, "-u", "alice", "--name", "Alice", data_dir=data_dir).exit_code == 0
    assert twohop("add", "Bob lives in Faro.", "-u", "bob", "--name", "Bob", data_dir=data_dir).exit_code == 0
    return data_dir


@pytest.fixture(scope="module")
def file(remembered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of it."""
    out = tmp_path_factory.mktemp("export") / "all.jsonl.gz"
    done = answer(twohop("export", str(out), "--json", data_dir=remembered))
    assert (done["owners"], done["file"]) == (2, str(out))
    return out


def copied(file: Path, data_dir: Path) -> Path:
    """A data directory that holds what the export does."""
    assert twohop("import", str(file), data_dir=data_dir).exit_code == 0
    return data_dir


def works_at(data_dir: Path) -> str:
    found = answer(twohop("recall", "Where does Alice work?", "-u", "alice", "--json", data_dir=data_dir))
    return str(found["results"][0]["memory"])


def test_an_export_brings_everything_to_another_directory(remembered: Path, file: Path, tmp_path: Path) -> None:
    """Imported elsewhere it answers the same, verify is content, and importing again says that nothing is new."""
    other = tmp_path / "other"
    first = answer(twohop("import", str(file), "--json", data_dir=other))
    assert first["owners"] == 2
    assert first["new"] > 20
    assert answer(twohop("import", str(file), "--json", data_dir=other)) == {"owners": 2, "new": 0}
    waiting = answer(twohop("verify", "--json", data_dir=other))
    assert waiting["findings"] == []
    assert waiting["waiting"] > 0
    assert works_at(other) == works_at(remembered) == "Alice works at Acme"
    assert answer(twohop("verify", "--json", data_dir=other)) == {"owners": 2, "waiting": 0, "findings": []}


def test_exports_flow_through_pipes(remembered: Path, file: Path, tmp_path: Path) -> None:
    """`-` writes to stdout and reads from stdin, one owner can be picked, and a file is private to its user."""
    piped = twohop("export", "-", "--user", "alice", data_dir=remembered)
    assert piped.exit_code == 0
    lines = [json.loads(line) for line in piped.stdout_bytes.splitlines()]
    assert lines[0]["scope"]["user_id"] == "alice"
    assert b"Faro" not in piped.stdout_bytes
    assert answer(twohop("import", "-", "--json", data_dir=tmp_path / "data", stdin=piped.stdout_bytes))["owners"] == 1
    assert gzip.decompress(file.read_bytes()).count(b"Faro") > 1
    assert file.stat().st_mode & 0o077 == 0
    assert twohop("export", "-", "--user", "nobody", data_dir=remembered).exit_code == 3
    assert twohop("export", "-", "--tenant", "other", data_dir=remembered).exit_code == 2


def test_a_file_that_is_not_whole_is_refused(file: Path, tmp_path: Path) -> None:
    """A cut file, one from the future and one that isn't there each end with one line, and nothing is begun."""
    whole = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    data_dir = tmp_path / "data"
    cut = twohop("import", "-", data_dir=data_dir, stdin=b"".join(whole[:-1]))
    assert cut.exit_code == 2
    assert f"line {len(whole)}" in cut.stderr
    newer = twohop("import", "-", data_dir=data_dir, stdin=whole[0].replace(b'"version":1', b'"version":2'))
    assert newer.exit_code == 1
    assert "upgrade twohop" in newer.stderr
    assert twohop("import", str(tmp_path / "nothing"), data_dir=data_dir).exit_code == 2
    assert not data_dir.exists()


def test_an_export_that_fails_leaves_no_file(remembered: Path, tmp_path: Path) -> None:
    """What stood there before stays, and no draft is left."""
    out = tmp_path / "mine.jsonl"
    out.write_text("older")
    assert twohop("export", str(out), "--user", "nobody", data_dir=remembered).exit_code == 3
    assert [one.name for one in tmp_path.iterdir()] == ["mine.jsonl"]
    assert out.read_text() == "older"
    assert twohop("export", str(tmp_path / "no" / "folder"), data_dir=remembered).exit_code == 2


def test_damage_is_named_and_mended(file: Path, tmp_path: Path) -> None:
    """Verify ends with 1 and names what is wrong and whose it is; repair puts it right and ends with 0."""
    data_dir = copied(file, tmp_path / "data")
    assert works_at(data_dir)
    with sqlite3.connect(data_dir / "ledger.db") as connection:
        connection.execute("UPDATE owners SET memory_count = 99 WHERE user_id = 'alice'")
    connection.close()
    [finding] = answer(twohop("verify", "--json", data_dir=data_dir), code=1)["findings"]
    assert finding["flaw"] == "counter"
    assert finding["owner"] == "user 'alice' of tenant 'default'"
    assert "repair" in finding["remedy"]
    shown = twohop("verify", data_dir=data_dir)
    assert shown.exit_code == 1
    assert "memory_count is 99" in shown.stdout
    assert twohop("verify", "--user", "bob", data_dir=data_dir).exit_code == 0
    mended = answer(twohop("repair", "--json", data_dir=data_dir))
    assert [one["flaw"] for one in mended["mended"]] == ["counter"]
    assert mended["left"] == []
    clean = twohop("verify", data_dir=data_dir)
    assert clean.exit_code == 0
    assert "No differences: 2 owners compared." in clean.stdout


def test_what_repair_can_not_mend_is_left(file: Path, tmp_path: Path) -> None:
    """A lost revision is named by repair too, with what to do, and it ends with 1."""
    data_dir = copied(file, tmp_path / "data")
    with sqlite3.connect(data_dir / "ledger.db") as connection:
        connection.execute("DELETE FROM triples WHERE subject_id IN (SELECT entity_id FROM entity_versions)")
        connection.execute("DELETE FROM revisions WHERE text = 'Alice likes tea'")
    connection.close()
    left = answer(twohop("repair", "--json", data_dir=data_dir), code=1)["left"]
    assert {one["flaw"] for one in left} == {"current", "effects"}
    assert all("backup" in one["remedy"] for one in left)


def test_a_ledger_moves_to_another_place(remembered: Path, tmp_path: Path) -> None:
    """`migrate-store` copies and compares; again it changes nothing; a wrong URL is a usage error."""
    urls = ("--from", f"sqlite://{remembered}", "--to", f"sqlite://{tmp_path}/new")
    done = answer(twohop("migrate-store", *urls, "--json", data_dir=tmp_path))
    assert (done["owners"], done["findings"]) == (2, [])
    assert answer(twohop("migrate-store", *urls, "--json", data_dir=tmp_path))["new"] == 0
    assert works_at(tmp_path / "new") == "Alice works at Acme"
    assert "the copy is the same" in twohop("migrate-store", *urls, data_dir=tmp_path).stdout
    wrong = twohop("migrate-store", "--from", "mysql://x", "--to", urls[3], data_dir=tmp_path)
    assert wrong.exit_code == 2


@pytest.mark.parametrize(
    "arguments", [["verify"], ["repair"], ["export", "-"], ["import", "FILE"], ["migrate-store", "--to", "sqlite:///x"]]
)
def test_a_running_server_is_not_disturbed(arguments: list[str], served: tuple[Path, str], file: Path) -> None:
    """While a server has the directory open each command says so, with its address, and changes nothing."""
    data_dir, address = served
    more = ["--from", f"sqlite://{data_dir}"] if arguments[0] == "migrate-store" else []
    given = [str(file) if one == "FILE" else one for one in arguments]
    refused = twohop(*given, *more, data_dir=data_dir)
    assert refused.exit_code == 4
    assert address in refused.stderr
    assert refused.stdout == ""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The data directory of a running server, and its address."""
    data_dir = tmp_path_factory.mktemp("served") / "data"
    with running(data_dir) as server:
        assert twohop("add", SAID, "-u", "alice", data_dir=data_dir).exit_code == 0
        yield data_dir, server.address


@pytest.mark.parametrize("name", ["verify", "export"])
def test_a_directory_without_a_ledger_is_named(name: str, tmp_path: Path) -> None:
    """A typing error in the directory's name begins no empty ledger."""
    given = [name, "-"] if name == "export" else [name]
    refused = twohop(*given, data_dir=tmp_path / "typo")
    assert refused.exit_code == 1
    assert "holds no ledger" in refused.stderr
    assert not (tmp_path / "typo").exists()
