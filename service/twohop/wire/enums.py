"""The domain's enumerations and the wire's, paired by name."""

from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from twohop.errors import TwohopError
from twohop.graph.model import Granularity, JobKind, JobState, Kind, Operation, Role
from twohop.memory.api import Placement, Resolution
from twohop.memory.ports import Cardinality, Polarity
from twohop.v1 import (
    decision_pb2,
    fact_pb2,
    job_pb2,
    memory_pb2,
    memory_service_pb2,
    message_pb2,
    moment_pb2,
    recall_pb2,
)

E = TypeVar("E", bound=StrEnum)


class Pairing(Generic[E]):
    """One enumeration on both sides. Made at import, so a member that the wire lacks ends the import.

    `unspecified` is the member that the wire's zero stands for, if there is one.
    """

    def __init__(self, domain: type[E], wire: Any, prefix: str, *, unspecified: E | None = None) -> None:
        self.prefix = prefix
        self._to_wire: dict[E, int] = {
            member: 0 if member is unspecified else wire.Value(f"{prefix}_{member.name}") for member in domain
        }
        self._to_domain: dict[int, E] = {number: member for member, number in self._to_wire.items()}

    def pack(self, member: E | None) -> Any:
        """The wire's number; unspecified for None."""
        return 0 if member is None else self._to_wire[member]

    def named(self, value: str) -> Any:
        """The wire's number of the member with this value; unspecified for an empty one."""
        return next((number for member, number in self._to_wire.items() if member.value == value), 0)

    def find(self, number: int) -> E | None:
        """The member, or None for unspecified and unknown numbers."""
        return self._to_domain.get(number)

    def unpack(self, number: int) -> E:
        """The member that a server answered with.

        Raises:
            TwohopError: this client doesn't know it.
        """
        member = self.find(number)
        if member is None:
            raise TwohopError(
                f"the server answered with {self.prefix} {number}, which this client doesn't know: upgrade"
            )
        return member


ROLES: Final = Pairing(Role, message_pb2.Role, "ROLE")
KINDS: Final = Pairing(Kind, memory_pb2.Kind, "KIND")
GRANULARITIES: Final = Pairing(Granularity, moment_pb2.Granularity, "GRANULARITY")
OPERATIONS: Final = Pairing(Operation, decision_pb2.Operation, "OPERATION")
RESOLUTIONS: Final = Pairing(Resolution, memory_service_pb2.Resolution, "RESOLUTION")
PLACEMENTS: Final = Pairing(Placement, recall_pb2.Placement, "PLACEMENT")
JOB_KINDS: Final = Pairing(JobKind, job_pb2.JobKind, "JOB_KIND")
JOB_STATES: Final = Pairing(JobState, job_pb2.JobState, "JOB_STATE")
POLARITIES: Final = Pairing(Polarity, fact_pb2.Polarity, "POLARITY")
CARDINALITIES: Final = Pairing(Cardinality, fact_pb2.Cardinality, "CARDINALITY", unspecified=Cardinality.UNKNOWN)
