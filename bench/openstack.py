"""What Manoflow costs on a real OpenStack: ``python -m bench.openstack``. Prints tables, writes every figure as JSON.

The examples of 1 and 10 VNFCs are instantiated and terminated by Manoflow and by a bare script that makes the same
(`bench.openstack_bare`), by turns in one run. Needs a cloud of clouds.yaml; `make lab-openstack` starts one.
"""

import argparse
import asyncio
import json
import os
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any

import openstack
from rich.console import Console
from rich.table import Table

from bench.engine import machine
from bench.openstack_bare import LOOK_AGAIN, PARALLEL_CALLS, Bare, wanted
from bench.openstack_ours import Ours, ours

SIZES = {"1": "single-vdu", "10": "ten-vnfcs"}
"""VNFCs, and the example that has so many."""
GOALS = {"1": 1.3, "10": 1.1}
"""Manoflow's time over the bare script's, at most."""

Seconds = dict[str, list[float]]


def main() -> None:
    """Measure what is asked for."""
    asked = _arguments()
    console = Console()
    cloud = os.environ.get("OS_CLOUD", "oslab")
    sdk = openstack.connect(cloud=cloud)
    sdk.authorize()
    figures: dict[str, Any] = {
        "machine": machine(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "compute hosts": sum(one.binary == "nova-compute" and one.state == "up" for one in sdk.compute.services()),
        "parallel calls": PARALLEL_CALLS,
        "bare looks again after": LOOK_AGAIN,
    }
    with tempfile.TemporaryDirectory(prefix="manoflow-bench-") as folder:
        figures["vnfcs"] = asyncio.run(_measured(asked, Path(folder), sdk, cloud))
    for size, found in figures["vnfcs"].items():
        console.print(table(size, found))
    asked.json.write_text(json.dumps(figures, indent=1) + "\n")
    console.print(f"written to {asked.json}; load was {figures['machine']['load']} when it began")


async def _measured(
    asked: argparse.Namespace, folder: Path, sdk: openstack.connection.Connection, cloud: str
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    async with ours(folder, sdk, cloud) as manoflow:
        for size in asked.sizes:
            vnfd_id = await manoflow.onboard(SIZES[size])
            vnf_instance_id = await manoflow.create(vnfd_id)
            await manoflow.instantiate(vnf_instance_id, SIZES[size])
            bare = Bare(sdk, await asyncio.to_thread(wanted, sdk, vnf_instance_id))
            await manoflow.terminate(vnf_instance_id)
            await _bare_round(bare, defaultdict(list))
            seconds: Seconds = defaultdict(list)
            for number in range(asked.rounds):
                turns = [_our_round(manoflow, vnf_instance_id, SIZES[size], seconds), _bare_round(bare, seconds)]
                for turn in reversed(turns) if number % 2 else turns:
                    await turn
            bare.close()
            found[size] = dict(seconds)
    return found


async def _our_round(manoflow: Ours, vnf_instance_id: str, example: str, seconds: Seconds) -> None:
    begun = monotonic()
    await manoflow.instantiate(vnf_instance_id, example)
    seconds["instantiate, Manoflow"].append(monotonic() - begun)
    begun = monotonic()
    await manoflow.terminate(vnf_instance_id)
    seconds["terminate, Manoflow"].append(monotonic() - begun)


async def _bare_round(bare: Bare, seconds: Seconds) -> None:
    begun = monotonic()
    made = await asyncio.to_thread(bare.instantiate)
    seconds["instantiate, bare"].append(monotonic() - begun)
    begun = monotonic()
    await asyncio.to_thread(bare.terminate, made)
    seconds["terminate, bare"].append(monotonic() - begun)


def table(size: str, seconds: Seconds) -> Table:
    """Medians, and how they compare."""
    rounds = len(seconds["instantiate, bare"])
    shown = Table("", "Manoflow", "bare", "ratio", title=f"{size} VNFC(s), seconds, medians of {rounds}")
    for operation in ("instantiate", "terminate"):
        mine, theirs = median(seconds[f"{operation}, Manoflow"]), median(seconds[f"{operation}, bare"])
        ratio = f"{mine / theirs:.2f} (goal {GOALS[size]})"
        shown.add_row(operation, f"{mine:.2f}", f"{theirs:.2f}", ratio)
    return shown


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", default=list(SIZES), metavar="VNFCS", help="1 or 10; default both")
    parser.add_argument("--rounds", type=int, default=5, help="of Manoflow and bare, by turns")
    parser.add_argument("--json", type=Path, default=Path("bench-openstack.json"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
