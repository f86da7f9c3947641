"""The `twohop` command."""

import typer

from twohop.cli import add, decisions, graph, memories, recall, reindex, serve
from twohop.cli.command import register

app = typer.Typer(
    name="twohop",
    help="Memory for AI agents that is true, connected and provable.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("serve")(serve.serve_command)
register(app, add.add, add.show)
register(app, recall.recall, recall.show_recalled)
register(app, recall.paths, recall.show_paths)
register(app, memories.list_memories, memories.show_list, name="list")
register(app, memories.get, memories.show_memory)
register(app, memories.history, memories.show_history)
register(app, decisions.why, decisions.show)
register(app, graph.entities, graph.show)
app.command("reindex")(reindex.reindex)


def run() -> None:
    """Run the command line.

    Exit codes: 0 done, 1 failed, 2 usage or invalid input, 3 not found, 4 unavailable.
    """
    app()


if __name__ == "__main__":
    run()
