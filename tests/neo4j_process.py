"""A real Neo4j as a process of this machine: fetched from Maven Central, stopped, killed and started in place."""

import fcntl
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

VERSION = "5.26.30"
USER = "neo4j"
PASSWORD = "twohop-tests"  # noqa: S105  # Of a server on loopback that lives as long as the tests.
CACHE = Path(__file__).parents[1] / ".tools/neo4j"
"""Where the server's jars are kept; `make clean` removes them."""

FETCH_SECONDS = 100.0
START_SECONDS = 90.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.1

POM = f"""\
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>twohop</groupId><artifactId>neo4j-for-tests</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>{VERSION}</version></dependency>
  </dependencies>
</project>
"""

CONFIGURATION = """\
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.http.enabled=false
server.memory.pagecache.size=64m
db.tx_log.preallocate=false
dbms.usage_report.enabled=false
"""

OPENED = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.nio", "java.io", "sun.nio.ch")]

WATCHDOG = 'read -r _; kill -9 "$1"'
"""Its input closes when the tests end, however they end; then the server must not stay behind."""


def missing() -> list[str]:
    """Which of the commands that a server from Maven Central needs are not on this machine."""
    return [command for command in ("mvn", "java") if shutil.which(command) is None]


def fetch() -> Path:
    """The folder with the server's jars, fetched once for this tree (123 MB, half a minute)."""
    home = CACHE / VERSION
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        jars = home / "lib"
        if not jars.exists():
            partial = home / "partial"
            (home / "pom.xml").write_text(POM, encoding="utf-8")
            told = subprocess.run(
                ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={partial}"],
                cwd=home,
                capture_output=True,
                text=True,
                timeout=FETCH_SECONDS,
                check=False,
            )
            if told.returncode != 0:
                raise RuntimeError(f"Maven did not bring Neo4j {VERSION}:\n{told.stdout}{told.stderr}")
            partial.rename(jars)
    return jars


class Neo4jProcess:
    """A community server in a home of its own. Its port and its data stay when it is stopped and started again."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._jars = fetch()
        self._port = free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self._watchdog: subprocess.Popen[bytes] | None = None
        for folder in ("conf", "logs"):
            (home / folder).mkdir(parents=True, exist_ok=True)
        (home / "conf/neo4j.conf").write_text(CONFIGURATION.format(port=self._port), encoding="utf-8")
        self.user = USER
        self.password = PASSWORD
        self.start()
        self._claim()

    @property
    def uri(self) -> str:
        """Where it listens."""
        return f"bolt://127.0.0.1:{self._port}"

    def start(self, *, wait: bool = True) -> None:
        """Start it, and wait until it answers unless told not to."""
        with (self._home / "logs/console.log").open("ab") as console:
            self._server = subprocess.Popen(
                [
                    "java",
                    "-Xms256m",
                    "-Xmx512m",
                    *OPENED,
                    "-cp",
                    f"{self._jars}/*",
                    "org.neo4j.server.CommunityEntryPoint",
                    f"--home-dir={self._home}",
                    f"--config-dir={self._home}/conf",
                ],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
            )
        self._watchdog = subprocess.Popen(
            ["sh", "-c", WATCHDOG, "watchdog", str(self._server.pid)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        if wait:
            self.wait()

    def wait(self) -> None:
        """Wait until it listens."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1):
                return
            if self._server is None or self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Neo4j did not start:\n{self._log()}")
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """End it as an operator would."""
        if self._server is not None:
            self._server.terminate()
            try:
                self._server.wait(STOP_SECONDS)
            finally:
                self.kill()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._watchdog is not None and self._watchdog.stdin is not None:
            self._watchdog.kill()
            self._watchdog.wait()
            self._watchdog.stdin.close()
        if self._server is not None:
            self._server.kill()
            self._server.wait()
        self._server = self._watchdog = None

    def restart(self) -> None:
        """Stop it and start it again, with the data and the port it had."""
        self.stop()
        self.start()

    def _claim(self) -> None:
        """Set the password: a new server only takes its first one, to be changed at once."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with GraphDatabase.driver(self.uri, auth=(USER, "neo4j")) as driver:
                    driver.execute_query(
                        "ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $new", new=PASSWORD, database_="system"
                    )
            except (DriverError, Neo4jError):
                if time.monotonic() > deadline:
                    self.kill()
                    raise
                time.sleep(POLL_SECONDS)
            else:
                return

    def _log(self) -> str:
        return (self._home / "logs/console.log").read_text(encoding="utf-8", errors="replace")[-4000:]


def free_port() -> int:
    """A port of loopback that nothing listened on a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
