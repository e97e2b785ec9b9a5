"""The command `manoflow`: one file for each noun, all over the REST API but those that run processes."""

from manoflow.runtime.cli.app import app


def main() -> None:
    """The entry point of the installed command."""
    app(prog_name="manoflow")
