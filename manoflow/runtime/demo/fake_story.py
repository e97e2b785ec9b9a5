"""The story on the fake VIM: a killed worker, a failed step that is retried, another that is rolled back.

Faults strike at named points: the fake VIM holds a call, or refuses it, as its knobs say.
"""

import json
from pathlib import Path

from manoflow.adapters.vim.fake.knobs import Knob, await_held, fail, hold, release
from manoflow.adapters.vim.fake.ledger import duplicates, inventory, made_more_than_once
from manoflow.domain.errors import QuotaError
from manoflow.domain.lcm import LcmOperationState, VerdictKind
from manoflow.runtime.client import VIMS, Json
from manoflow.runtime.demo.scene import EXAMPLES, Scene, closing_table
from manoflow.runtime.stack.cloud import FAKE

EXAMPLE = "three-vdus"
HELD_WITHIN = 60.0

Row = tuple[str, str]


async def tell_on_fake(scene: Scene) -> None:
    """Tell all of it. Raises `PermanentError` where something does not go as told."""
    world = scene.stack.settings.fake_world
    before = inventory(world)
    scene.chapter("A VNF package is onboarded (SOL005)")
    package = await scene.onboard(EXAMPLE)
    vnfd = str(package["vnfdId"])
    scene.say(
        f"{package['vnfProductName']} {package['vnfdVersion']}: VNFD {vnfd}, package {package['onboardingState']}"
    )
    first, killed = await _kill_the_worker(scene, vnfd, world)
    second, retried = await _fail_and_retry(scene, vnfd, world)
    rolled_back = await _fail_and_roll_back(scene, vnfd, world)
    await _terminate(scene, first, second)
    orphans = await scene.api.get(f"{VIMS}/{FAKE}/orphans")
    doubles = {*duplicates(world), *made_more_than_once(world)}
    scene.console.print()
    scene.console.print(
        closing_table(
            [
                *killed,
                retried,
                rolled_back,
                ("both VNFs terminated", "the cloud is as it was" if inventory(world) == before else "[red]it is not"),
                ("duplicates: resources made twice", count(len(doubles))),
                ("orphans: resources nobody owns", count(len(orphans))),
            ]
        )
    )


async def _kill_the_worker(scene: Scene, vnfd: str, world: Path) -> tuple[str, list[Row]]:
    scene.chapter("It is instantiated (SOL003), and its worker is killed half-way")
    vnf = await scene.create(vnfd, "first")
    point = hold(world, "servers.create", "after", matching="first-database")
    operation = await scene.api.begin(vnf, "instantiate", example_request())
    async with scene.showing(operation, LcmOperationState.COMPLETED):
        held = await await_held(world, point, within=HELD_WITHIN)
        scene.say(f"the cloud has just made server [bold]{held.name}[/bold], nobody knows it yet")
        killing = await scene.kill_worker()
        release(world, point)
    back = await scene.comeback(vnf, killing)
    now = (scene.stack.settings.run / "worker.pid").read_text().strip()
    return vnf, [
        (f"worker {killing.pid} killed by SIGKILL half-way", "COMPLETED by itself"),
        ("went on after", f"{back.seconds:.1f} s, in worker {now}"),
        ("attempts of its steps", f"{back.repeated} steps {back.attempts} times at most, all others once"),
    ]


async def _fail_and_retry(scene: Scene, vnfd: str, world: Path) -> tuple[str, Row]:
    scene.chapter("A second one: a step fails for good, is mended, and retried")
    vnf = await scene.create(vnfd, "second")
    operation, quota = await _refused(scene, vnf, "second-control", world)
    scene.say("[green]the quota is raised[/green], and the operation retried: it goes on where it stood")
    release(world, quota)
    await scene.api.decide(operation, VerdictKind.RETRY)
    await scene.ends(operation, LcmOperationState.COMPLETED)
    return vnf, ("a server refused by quota, then retried", "FAILED_TEMP, then COMPLETED")


async def _fail_and_roll_back(scene: Scene, vnfd: str, world: Path) -> Row:
    scene.chapter("A third one fails the same way, and is rolled back")
    before = inventory(world)
    vnf = await scene.create(vnfd, "third")
    operation, quota = await _refused(scene, vnf, "third-control", world)
    made = len(inventory(world)) - len(before)
    await scene.api.decide(operation, VerdictKind.ROLLBACK)
    await scene.ends(operation, LcmOperationState.ROLLED_BACK)
    release(world, quota)
    left = len(inventory(world)) - len(before)
    return ("another one rolled back", f"ROLLED_BACK: of {made} resources {count(left)} left")


async def _refused(scene: Scene, vnf: str, server: str, world: Path) -> tuple[str, Knob]:
    """Instantiate where the cloud's quota forbids one server."""
    error = QuotaError(f"cannot make server {server}: quota exceeded for instances: requested 1, allowed 7")
    quota = fail(world, "servers.create", error, times=None, matching=server)
    operation = await scene.api.begin(vnf, "instantiate", example_request())
    await scene.ends(operation, LcmOperationState.FAILED_TEMP)
    return operation, quota


async def _terminate(scene: Scene, *vnfs: str) -> None:
    scene.chapter("Everything is terminated")
    begun = [await scene.api.begin(vnf, "terminate", {"terminationType": "FORCEFUL"}) for vnf in vnfs]
    for operation in begun:
        await scene.ends(operation, LcmOperationState.COMPLETED)


def example_request() -> Json:
    """The InstantiateVnfRequest that comes with the example."""
    request: Json = json.loads((EXAMPLES / EXAMPLE / "instantiate.json").read_text())
    return request


def count(number: int) -> str:
    """A number that should be 0, in the colour of its meaning."""
    return f"[{'red' if number else 'green'}]{number}[/]"
