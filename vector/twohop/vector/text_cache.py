"""What was made of texts that are met again and again, bounded by their length: a message may be of any size."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class TextCache(Generic[T]):
    """Results by key, of texts of at most `most` characters together; the one unasked for longest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, tuple[int, T]] = OrderedDict()
        self._characters = 0
        self._lock = Lock()

    @property
    def characters(self) -> int:
        """Of all texts whose results are kept."""
        return self._characters

    def get(self, key: Hashable, text: str, make: Callable[[], T]) -> T:
        """The result under the key; made when it isn't there. `text`: what it is made of, which tells its size."""
        with self._lock:
            found = self._found.get(key)
            if found is not None:
                self._found.move_to_end(key)
                return found[1]
        result = make()
        with self._lock:
            if key not in self._found and len(text) <= self._most:
                self._found[key] = len(text), result
                self._characters += len(text)
            while self._characters > self._most:
                _, (length, _) = self._found.popitem(last=False)
                self._characters -= length
        return result
