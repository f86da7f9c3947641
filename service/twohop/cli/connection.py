"""How a command reaches the memory: a server, the one that has the data directory open, or the stores themselves."""

from dataclasses import dataclass
from pathlib import Path

from twohop.client import AsyncMemory
from twohop.client.questions import Whose
from twohop.config import Settings
from twohop.graph.datadir import read_owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where the memory is, and whose. An empty target is found by the settings."""

    target: str
    data_dir: Path | None
    tenant: str
    whose: Whose

    def memory(self) -> AsyncMemory:
        """A client for it.

        Raises:
            ValidationError: a setting in the environment is not valid.
        """
        if self.target:
            return AsyncMemory(self.target, tenant=self.tenant)
        settings = settings_of(self.data_dir)
        held = read_owner(settings.data_dir) if settings.in_data_dir() else None
        if held is not None and held.address:
            return AsyncMemory(held.address, tenant=self.tenant)
        return AsyncMemory(settings=settings, tenant=self.tenant)


def settings_of(data_dir: Path | None) -> Settings:
    """The settings of the environment, with another data directory if one is given."""
    settings = Settings()
    return settings if data_dir is None else settings.model_copy(update={"data_dir": data_dir})
