"""The machine that a measurement ran on: what explains its figures, and nothing that names it."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("twohop", "qdrant-edge-py", "numpy", "grpcio", "wordllama")
GIB = 1 << 30


def machine() -> dict[str, object]:
    """Processor, cores, memory, versions, and how busy it was with others."""
    return {
        "cpu": cpu(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {package: version(package) for package in PACKAGES},
        "load": round(os.getloadavg()[0], 1),
    }


def cpu() -> str:
    """The processor's model as the system tells it, else its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def anonymous_mib(pid: int) -> float:
    """Memory of a process that no file backs (RssAnon), in MiB: what the machine can't take back from it."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1_024
    raise RuntimeError("the system does not tell RssAnon")


def disk_mib(folder: Path) -> float:
    """What the files below take on the disk, in MiB."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file()) / (1 << 20)
