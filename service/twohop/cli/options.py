"""Options that several commands share beside those of all."""

from typing import Annotated, TypeAlias

import typer

Limit: TypeAlias = Annotated[int, typer.Option("--limit", "-n", help="Most results.")]
Depth: TypeAlias = Annotated[int, typer.Option(help="Most relations of a path, at most 4.")]
AsOf: TypeAlias = Annotated[str, typer.Option(help="What was true then: an ISO date or instant. Default: now.")]
KnownAt: TypeAlias = Annotated[str, typer.Option(help="What was known then: an ISO date or instant. Default: now.")]
Closed: TypeAlias = Annotated[bool, typer.Option("--closed", help="Also what no longer holds.")]
