"""How long a job waits before it is tried again."""

from twohop.memory.settings import WriteSettings

DOUBLINGS = 16
"""Beyond it a power of two is a longer wait than any cap."""


def delay(settings: WriteSettings, failed: int, wish: float | None, jitter: float) -> float:
    """Seconds: doubled for each try that `failed` before, capped, spread over their upper half by `jitter` (0 to 1).

    `wish` is the model server's own: it is kept up to its cap.
    """
    full = min(settings.backoff_cap_seconds, settings.backoff_seconds * 2.0 ** min(failed, DOUBLINGS))
    return max(full * (0.5 + jitter / 2), min(wish or 0.0, settings.retry_after_cap_seconds))
