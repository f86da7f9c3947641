"""The client: `Memory` and `AsyncMemory`, over stores in this process or a server, with the same results."""

from twohop.client.memory import Memory
from twohop.client.memory_async import AsyncMemory

__all__ = ["AsyncMemory", "Memory"]
