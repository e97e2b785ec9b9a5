"""`manoflow demo`: the story of a killed worker."""

from signal import SIGINT
from typing import Annotated

import typer

from manoflow.runtime.cli.command import command, out

INTERRUPTED = 128 + SIGINT


@command
async def demo(
    *,
    openstack: Annotated[
        bool, typer.Option("--openstack", help="Tell it on a real OpenStack, a cloud of clouds.yaml.")
    ] = False,
    cloud: Annotated[str, typer.Option(help="The cloud, with --openstack.")] = "oslab",
    pause: Annotated[bool, typer.Option("--pause", help="Keep everything running at the end, until Enter.")] = False,
) -> None:
    """Watch a VNF being instantiated while its worker is killed; nothing is left behind."""
    from manoflow.runtime.demo.play import play  # noqa: PLC0415 - the other commands start faster without

    if not await play(out, cloud=cloud if openstack else None, pause=pause):
        raise typer.Exit(INTERRUPTED)
