"""Starting and stopping through the API: what is refused at once, and how a VNF and its VNFCs are shown afterwards."""

from uuid import uuid4

import pytest

from tests.api.consumer import Json, Vnf, instantiation


async def pair(vnf: Vnf) -> list[Json]:
    """A VNF of two VNFCs: its vnfcInfo."""
    await (await vnf.begin(request=instantiation(instantiationLevelId="pair"))).complete()
    shown: list[Json] = (await vnf.info())["vnfcInfo"]
    return shown


async def states(vnf: Vnf) -> tuple[str, list[str]]:
    info = await vnf.info()
    return info["vnfState"], [vnfc["vnfcState"] for vnfc in info["vnfcInfo"]]


async def test_a_vnf_of_which_nothing_runs_is_stopped(vnf: Vnf) -> None:
    vnfcs = await pair(vnf)
    assert await states(vnf) == ("STARTED", ["STARTED", "STARTED"])
    one = {"changeStateTo": "STOPPED", "vnfcInstanceId": [vnfcs[1]["id"]]}
    await (await vnf.begin("operate", one)).complete()
    assert await states(vnf) == ("STARTED", ["STARTED", "STOPPED"])
    await (await vnf.begin("operate", {"changeStateTo": "STOPPED", "stopType": "FORCEFUL"})).complete()
    assert await states(vnf) == ("STOPPED", ["STOPPED", "STOPPED"])
    await (await vnf.begin("operate", {"changeStateTo": "STARTED"})).complete()
    assert await states(vnf) == ("STARTED", ["STARTED", "STARTED"])
    assert [vnfc["id"] for vnfc in (await vnf.info())["vnfcInfo"]] == [vnfc["id"] for vnfc in vnfcs]


async def test_it_is_offered_while_the_vnf_is_instantiated(vnf: Vnf) -> None:
    assert "operate" not in (await vnf.shown())["_links"]
    await vnf.instantiated()
    assert (await vnf.shown())["_links"]["operate"]["href"].endswith(f"{vnf.here}/operate")


async def test_vnfcs_that_were_stopped_are_shown_as_modified(vnf: Vnf) -> None:
    vnfcs = await pair(vnf)
    performance = await vnf.begin("operate", {"changeStateTo": "STOPPED"})
    assert "resourceChanges" not in await vnf.occurrence(performance)
    await performance.complete()
    shown = await vnf.occurrence(performance)
    assert shown["resourceChanges"].keys() == {"affectedVnfcs"}
    affected = shown["resourceChanges"]["affectedVnfcs"]
    assert [(one["changeType"], one["id"]) for one in affected] == [
        ("MODIFIED", vnfc["vnfcResourceInfoId"]) for vnfc in vnfcs
    ]
    assert not any(one.keys() & {"addedStorageResourceIds", "removedStorageResourceIds"} for one in affected)


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ({"changeStateTo": "STARTED", "stopType": "GRACEFUL"}, "stopType"),
        ({"changeStateTo": "STOPPED", "stopType": "FORCEFUL", "gracefulStopTimeout": 1}, "gracefulStopTimeout"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(vnf: Vnf, request_: Json, named: str) -> None:
    await vnf.instantiated()
    answer = await vnf.ask("operate", request_)
    assert answer.status_code == 422
    assert named in answer.json()["detail"]
    assert len(await vnf.occurrences()) == 1


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"changeStateTo": "PAUSED"}, "changeStateTo"),
        ({"vnfcInstanceId": ["first"]}, "vnfcInstanceId[0]"),
        ({"gracefulStopTimeout": -1}, "gracefulStopTimeout"),
    ],
)
async def test_what_is_not_understood_is_refused_naming_the_field(vnf: Vnf, change: Json, named: str) -> None:
    await vnf.instantiated()
    answer = await vnf.ask("operate", {"changeStateTo": "STOPPED", **change})
    assert answer.status_code == 400
    assert named in answer.json()["detail"]


async def test_a_vnfc_that_there_is_not_is_found_when_it_is_planned(vnf: Vnf) -> None:
    await vnf.instantiated()
    answer = await vnf.ask("operate", {"changeStateTo": "STOPPED", "vnfcInstanceId": [str(uuid4())]})
    assert answer.status_code == 202


async def test_a_termination_that_waits_too_long_is_refused(vnf: Vnf) -> None:
    await vnf.instantiated()
    answer = await vnf.ask("terminate", {"terminationType": "GRACEFUL", "gracefulTerminationTimeout": 100_000})
    assert answer.status_code == 422
    assert "gracefulTerminationTimeout" in answer.json()["detail"]
