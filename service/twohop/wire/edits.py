"""What callers narrow and change: filters and edits on the wire."""

from collections.abc import Sequence

from google.protobuf.field_mask_pb2 import FieldMask

from twohop.memory.api import Edit, Filter
from twohop.memory.validate import EDITABLE
from twohop.v1 import memory_pb2
from twohop.wire.enums import KINDS
from twohop.wire.metadata import pack_metadata
from twohop.wire.reading import Reader
from twohop.wire.times import pack_instant_or_none


def pack_filter(where: Filter) -> memory_pb2.Filter:
    """What list and recall leave in."""
    return memory_pb2.Filter(
        kinds=[KINDS.pack(kind) for kind in where.kinds],
        categories=where.categories,
        entity_ids=where.entity_ids,
        metadata=pack_metadata(where.metadata, "filter.metadata"),
        observed_from=pack_instant_or_none(where.observed_from),
        observed_to=pack_instant_or_none(where.observed_to),
        run_ids=where.run_ids,
    )


def unpack_filter(reader: Reader, where: memory_pb2.Filter) -> Filter:
    """What list and recall leave in."""
    return Filter(
        kinds=reader.members("filter.kinds", KINDS, where.kinds),
        categories=tuple(where.categories),
        entity_ids=tuple(where.entity_ids),
        metadata=reader.structure("filter.metadata", where.metadata),
        observed_from=reader.instant_of(where, "observed_from", "filter.observed_from"),
        observed_to=reader.instant_of(where, "observed_to", "filter.observed_to"),
        run_ids=tuple(where.run_ids),
    )


PATHS = {name: name for name in EDITABLE} | {"expires_at": "expire_time"}
"""The fields of an edit -> their paths in an update mask."""


def pack_edit(edit: Edit) -> tuple[memory_pb2.MemoryEdit, FieldMask]:
    """A change, and which of its fields are taken."""
    packed = memory_pb2.MemoryEdit(
        text=edit.text,
        kind=KINDS.pack(edit.kind),
        metadata=pack_metadata(edit.metadata, "memory.metadata"),
        categories=edit.categories,
        expire_time=pack_instant_or_none(edit.expires_at),
    )
    return packed, FieldMask(paths=[PATHS.get(name, name) for name in edit.mask])


def unpack_edit(reader: Reader, edit: memory_pb2.MemoryEdit, paths: Sequence[str]) -> Edit:
    """A change; a kind that is named in the mask must be given."""
    kind = reader.maybe("memory.kind", KINDS, edit.kind)
    if "kind" in paths and edit.kind == memory_pb2.KIND_UNSPECIFIED:
        reader.fail("memory.kind", "must be given, since the update mask names it")
    names = {path: name for name, path in PATHS.items()}
    for path in paths:
        if path not in names:
            reader.fail("update_mask", f"{path!r} can't be changed; {', '.join(names)} can")
    return Edit(
        mask=tuple(names.get(path, path) for path in paths),
        text=edit.text,
        kind=kind,
        metadata=reader.structure("memory.metadata", edit.metadata),
        categories=tuple(edit.categories),
        expires_at=reader.instant_of(edit, "expire_time", "memory.expire_time"),
    )
