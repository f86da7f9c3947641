"""Whether a Docker engine answers, for tests that take a server from a container."""

import shutil
import subprocess
from functools import cache

SECONDS = 20.0


@cache
def answers() -> bool:
    """Asks the command line: the library for Python leaves a socket open when nobody listens."""
    if shutil.which("docker") is None:
        return False
    try:
        return subprocess.run(["docker", "info"], capture_output=True, timeout=SECONDS, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False
