"""The gate: how far the graph may change the order of messages.

Ungated, the graph costs LoCoMo 3 to 4 points of recall@10 and 7 @5; no weight without a gate serves conversations and
multi-hop questions alike. With it the graph has no say in most questions of LoCoMo and a say in nearly all of MuSiQue.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from twohop.memory.recall.facts import Fact
from twohop.memory.recall.scale import clip
from twohop.memory.recall.turns import Rarity

FLAG_FROM, FLAG_SPAN = 0.2, 0.3
"""Share of the kept facts' weight that leads to a named thing: at .2 the gate starts to open, at .5 it is open."""

GAIN_SPAN = 0.1
"""What a fact and a message explain together beyond what one message explains alone; at this share the gate is open."""


def flag(kept: Sequence[Fact], bridging: Collection[str]) -> float:
    """Whether the kept facts lead somewhere: by the share of their weight that has a bridge (memory ids), 0 … 1."""
    total = sum(fact.score for fact in kept)
    if total <= 0:
        return 0.0
    share = sum(fact.score for fact in kept if fact.memory.id in bridging) / total
    return clip((share - FLAG_FROM) / FLAG_SPAN)


def gain(
    question: Collection[str],
    alone: Iterable[Collection[str]],
    together: Mapping[str, tuple[Collection[str], Collection[str]]],
    rarity: Rarity,
) -> float:
    """Whether two steps explain more of the question than one message, 0 … 1.

    `question`: its stems. `alone`: the stems of the best messages. `together`: for each message that a fact leads to,
    the stems of both.
    """
    best_alone = max((rarity.share(stems, question) for stems in alone), default=0.0)
    joined = (rarity.share({*fact, *message}, question) for fact, message in together.values())
    return clip((max(joined, default=0.0) - best_alone) / GAIN_SPAN)
