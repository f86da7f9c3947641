"""What verify finds: where ledger and index differ from what must hold, by kind, without any text of a memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Flaw(StrEnum):
    """What is wrong: within the ledger, between ledger and index, and between two ledgers."""

    DANGLING = "dangling"
    TIMES = "times"
    CURRENT = "current"
    SLOT = "slot"
    ENTITY = "entity"
    POSITIONS = "positions"
    EFFECTS = "effects"
    JOB_MESSAGES = "job_messages"
    COUNTER = "counter"
    RELATION_MISSING = "relation_missing"
    RELATION_SURPLUS = "relation_surplus"

    POINT_MISSING = "point_missing"
    POINT_SURPLUS = "point_surplus"
    POINT_STALE = "point_stale"
    POINT_AHEAD = "point_ahead"
    OUTBOX_PARKED = "outbox_parked"
    POINT_UNMADE = "point_unmade"

    COPY = "copy"


RESTORE = "restore the owner from a backup or an export"

REMEDIES: Mapping[Flaw, str] = {
    Flaw.DANGLING: RESTORE,
    Flaw.TIMES: RESTORE,
    Flaw.CURRENT: RESTORE,
    Flaw.SLOT: "delete, or revert the decision of, the memory that is wrong: which one that is only a person can tell",
    Flaw.ENTITY: RESTORE,
    Flaw.POSITIONS: RESTORE,
    Flaw.EFFECTS: RESTORE,
    Flaw.JOB_MESSAGES: "cancel the job: what it was about is gone",
    Flaw.COUNTER: "`twohop repair` counts again",
    Flaw.RELATION_MISSING: "`twohop repair` derives it again from the memories that assert it",
    Flaw.RELATION_SURPLUS: "`twohop repair` ends it",
    Flaw.POINT_MISSING: "`twohop repair` projects it",
    Flaw.POINT_SURPLUS: "`twohop repair` removes it",
    Flaw.POINT_STALE: "`twohop repair` projects it again",
    Flaw.POINT_AHEAD: "`twohop repair` replaces it: the index is newer than the ledger, as after a restored backup",
    Flaw.OUTBOX_PARKED: "see why in the server's log; `twohop repair` lets it be tried again",
    Flaw.COPY: "empty the target and migrate again, with nobody writing to either",
    Flaw.POINT_UNMADE: f"what it is made from is damaged: {RESTORE}",
}
"""What to do about each."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One difference: the owner's partition, the table (or `index`) and id where it shows, and what is wrong there."""

    flaw: Flaw
    partition: str
    table: str
    id: str
    detail: str
