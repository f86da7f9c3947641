"""Which index the ledger is projected into. One process at a time has the file open: its place is nobody else's."""

from twohop.graph.sqlite.database import Database


def enter(database: Database, index: str | None) -> bool:
    """Note what this process projects into; whether that has to be filled."""
    rows = database.maintain(
        "INSERT INTO place (only, projects_into, filled) VALUES (1, coalesce(:name, ''), 0) "
        "ON CONFLICT (only) DO UPDATE SET filled = filled AND projects_into = coalesce(:name, projects_into), "
        "projects_into = coalesce(:name, projects_into) "
        "RETURNING filled",
        name=index,
    )
    return not rows[0]["filled"]


def filled(database: Database) -> None:
    """Note that everything was asked to be projected."""
    database.maintain("UPDATE place SET filled = 1 RETURNING only")
