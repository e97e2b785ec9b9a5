"""The command `manoflow`: one file for each noun, over the REST API but for processes and the list of clients."""

from manoflow.runtime.cli.app import app


def main() -> None:
    """The entry point of the installed command."""
    app(prog_name="manoflow")
