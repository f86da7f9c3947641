"""A real `twohop serve` process for tests that kill it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LINE_SECONDS = 30.0


class ServerProcess:
    """A running server; `address` is where it listens."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("TWOHOP_", "OPENAI_"))}
        inherited |= {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "TWOHOP_DATA_DIR": str(data_dir),
            "TWOHOP_SERVER__PORT": "0",
            "TWOHOP_LLM__PROVIDER": "rules",
            **environment,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "twohop.cli.main", "serve"],
            env=inherited,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.address = self._address()

    def _address(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the server ended before it listened"
        return line.split()[-1]

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self._wait()

    def stop(self) -> int:
        """End it as an operator would; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._wait()

    def ended(self) -> int:
        """Wait until it has ended by itself; its exit code, negative for a signal."""
        return self._wait()

    def _wait(self) -> int:
        code = self.process.wait(timeout=LINE_SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


@contextmanager
def running(data_dir: Path, **environment: str) -> Iterator[ServerProcess]:
    """A server that is killed at the end if it still runs."""
    server = ServerProcess(data_dir, **environment)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()
