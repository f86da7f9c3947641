"""The `twohop` command."""

import typer

from twohop.cli import (
    add,
    agent,
    decisions,
    directory,
    edits,
    export,
    graph,
    health,
    jobs,
    memories,
    migrate,
    recall,
    reindex,
    serve,
    verify,
)
from twohop.cli.command import ListByDefault, register

app = typer.Typer(
    name="twohop",
    help="Memory for AI agents that is true, connected and provable.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("serve")(serve.serve_command)
app.command("health")(health.health)
register(app, add.add, add.show)
register(app, recall.recall, recall.show_recalled)
register(app, recall.paths, recall.show_paths)
register(app, memories.list_memories, memories.show_list, name="list")
register(app, memories.get, memories.show_memory)
register(app, memories.history, memories.show_history)
register(app, edits.update, memories.show_memory)
register(app, edits.delete, memories.show_memory)
register(app, edits.restore, memories.show_memory)
register(app, edits.pin, memories.show_memory)
register(app, edits.unpin, memories.show_memory)
register(app, edits.revert, edits.show_changed)
register(app, edits.conflicts, edits.show_conflicts)
register(app, edits.resolve, edits.show_changed)
register(app, decisions.why, decisions.show)
register(app, directory.owners, directory.show_owners)
register(app, directory.sessions, directory.show_sessions)
session = typer.Typer(help="Show a conversation, or set its metadata.", no_args_is_help=True)
register(session, directory.show, directory.show_session)
register(session, directory.set_metadata, directory.show_session, name="set")
app.add_typer(session, name="session")
agents = typer.Typer(help="Show or set how memories of an agent's conversations are made.", no_args_is_help=True)
register(agents, agent.show, agent.show_config)
register(agents, agent.change, agent.show_config, name="set")
app.add_typer(agents, name="agent")
entities = typer.Typer(cls=ListByDefault, help="List, merge and split the people, organisations, places and things.")
register(entities, graph.entities, graph.show, name="list")
register(entities, graph.merge, graph.show_changed)
register(entities, graph.split, graph.show_changed)
app.add_typer(entities, name="entities")
app.command("verify")(verify.verify)
app.command("repair")(verify.repair)
app.command("reindex")(reindex.reindex)
app.command("export")(export.export)
app.command("import")(export.import_)
app.command("migrate-store")(migrate.migrate_store)
of_jobs = typer.Typer(
    name="jobs",
    help="List, watch, cancel and replay the work behind adds.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
register(of_jobs, jobs.list_jobs, jobs.show_list, name="list")
register(of_jobs, jobs.watch, jobs.show)
register(of_jobs, jobs.cancel, jobs.show)
register(of_jobs, jobs.replay, jobs.show)
app.add_typer(of_jobs)


def run() -> None:
    """Run the command line.

    Exit codes: 0 done, 1 failed, 2 usage or invalid input, 3 not found, 4 unavailable.
    """
    app()


if __name__ == "__main__":
    run()
