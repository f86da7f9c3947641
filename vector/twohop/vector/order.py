"""The one order of hits, so that every backend gives the same list for the same points."""

from collections.abc import Iterable

from twohop.vector.model import Hit


def canonical(found: Iterable[Hit], limit: int) -> list[Hit]:
    """The first `limit` hits, best first, of the best `limit` + 1 that a store gave.

    Scores are rounded to 1e-4, where stores and vector units still agree; equal scores go by id. When all `limit` + 1
    came back, the last group of equal scores may go on behind the cut: it is dropped unless nothing else is there.
    """
    return cut([Hit(h.id, h.memory_id, round(h.score, 4)) for h in found], limit)


def cut(found: Iterable[Hit], limit: int) -> list[Hit]:
    """As `canonical`, of hits whose scores are rounded already."""
    hits = sorted(found, key=lambda hit: (-hit.score, hit.id))
    if len(hits) > limit:
        whole = [hit for hit in hits if hit.score != hits[-1].score]
        hits = whole or hits
    return hits[:limit]
