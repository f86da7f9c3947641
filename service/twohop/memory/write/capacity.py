"""How many jobs are worked on at a time: in total, and of one owner."""

from collections import Counter


class Capacity:
    """Places for `most` jobs, `per_owner` of them for one owner."""

    def __init__(self, most: int, per_owner: int) -> None:
        self.per_owner = per_owner
        self._most = most
        self._taken: Counter[str] = Counter()
        self._held = 0

    @property
    def taken(self) -> bool:
        """Whether any place is taken."""
        return bool(self._taken)

    def take(self, partition: str) -> bool:
        """Take a place for a job of the owner, if there is one."""
        if self._most - self._taken.total() - self._held <= 0 or self._taken[partition] >= self.per_owner:
            return False
        self._taken[partition] += 1
        return True

    def give(self, partition: str) -> None:
        """Give a place back."""
        self._taken[partition] -= 1
        if not self._taken[partition]:
            del self._taken[partition]

    def hold(self) -> int:
        """Keep all free places for jobs that are about to be claimed; how many."""
        self._held = max(self._most - self._taken.total(), 0)
        return self._held

    def fill(self, partitions: list[str]) -> None:
        """Take places that are held, for jobs that were claimed, and let go of the others."""
        self._held = 0
        self._taken.update(partitions)
