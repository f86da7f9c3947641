"""The core in this process: the stores of the settings, opened through the composition root."""

from contextlib import AsyncExitStack

from twohop.app import open_core
from twohop.config import Settings
from twohop.memory.api import Core


class LocalCore:
    """An open core and what closes it."""

    def __init__(self, core: Core, stack: AsyncExitStack) -> None:
        self.core = core
        self._stack = stack

    async def close(self) -> None:
        """Finish running adds and close the stores."""
        await self._stack.aclose()


async def open_local(settings: Settings) -> LocalCore:
    """Open the stores of the settings.

    Raises:
        Misconfigured: a data directory is held by another process, or a store is unusable or too new.
    """
    stack = AsyncExitStack()
    app = await stack.enter_async_context(open_core(settings))
    return LocalCore(app.core, stack)
