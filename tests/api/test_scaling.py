"""Scaling as its consumers see it: what is admitted, what changes, and when the scale status says so."""

import pytest

from tests.api.consumer import Json, Vnf

OUT: Json = {"type": "SCALE_OUT", "aspectId": "app_scale"}
STATUS = {"aspectId": "app_scale", "vnfdId": "5b1e0000-0000-4000-8000-000000000001"}


def kinds(changes: list[Json]) -> list[str]:
    return [one["changeType"] for one in changes]


async def test_the_scale_status_changes_when_it_is_completed(vnf: Vnf) -> None:
    await vnf.instantiated()
    performance = await vnf.begin("scale", OUT)
    assert (await vnf.info())["scaleStatus"] == [{**STATUS, "scaleLevel": 0}]
    await performance.complete()
    info = await vnf.info()
    assert info["scaleStatus"] == [{**STATUS, "scaleLevel": 1}]
    assert len(info["vnfcResourceInfo"]) == len(info["vnfcInfo"]) == 2


async def test_what_was_added_and_removed_is_told(vnf: Vnf) -> None:
    await vnf.instantiated()
    added = await vnf.begin("scale", OUT)
    await added.complete()
    changes = (await vnf.occurrence(added))["resourceChanges"]
    assert kinds(changes["affectedVnfcs"]) == kinds(changes["affectedVirtualStorages"]) == ["ADDED"]
    assert kinds(changes["affectedVirtualLinks"]) == ["LINK_PORT_ADDED"]
    removed = await vnf.begin("scale_to_level", {"scaleInfo": [{"aspectId": "app_scale", "scaleLevel": 0}]})
    await removed.complete()
    changes = (await vnf.occurrence(removed))["resourceChanges"]
    assert kinds(changes["affectedVnfcs"]) == kinds(changes["affectedVirtualStorages"]) == ["REMOVED"]
    assert kinds(changes["affectedVirtualLinks"]) == ["LINK_PORT_REMOVED"]
    assert len((await vnf.info())["vnfcInfo"]) == 1


async def test_both_are_offered_while_it_is_instantiated(vnf: Vnf) -> None:
    assert not (await vnf.shown())["_links"].keys() & {"scale", "scaleToLevel"}
    await vnf.instantiated()
    links = (await vnf.shown())["_links"]
    assert links["scale"]["href"].endswith(f"{vnf.here}/scale")
    assert links["scaleToLevel"]["href"].endswith(f"{vnf.here}/scale_to_level")


@pytest.mark.parametrize(
    ("path", "request_", "status", "named"),
    [
        ("scale", {**OUT, "aspectId": "height"}, 422, "aspectId height is not one of its aspects (app_scale)"),
        ("scale", {**OUT, "numberOfSteps": 4}, 422, "its highest is 3"),
        ("scale", {**OUT, "type": "SCALE_IN"}, 422, "its lowest is 0"),
        ("scale", {**OUT, "numberOfSteps": 0}, 400, "numberOfSteps"),
        ("scale", {**OUT, "type": "SCALE_UP"}, 400, "type"),
        ("scale_to_level", {}, 400, "give either instantiationLevelId or scaleInfo"),
        ("scale_to_level", {"instantiationLevelId": "pair", "scaleInfo": []}, 400, "give either"),
        ("scale_to_level", {"instantiationLevelId": "huge"}, 422, "huge is not one of its levels"),
        ("scale_to_level", {"scaleInfo": [{"aspectId": "app_scale", "scaleLevel": -1}]}, 400, "scaleLevel"),
        ("scale_to_level", {"scaleInfo": [{"aspectId": "app_scale", "scaleLevel": 4}]}, 422, "its highest is 3"),
    ],
)
async def test_what_cannot_be_done_is_refused_by_name(
    vnf: Vnf, path: str, request_: Json, status: int, named: str
) -> None:
    await vnf.instantiated()
    answer = await vnf.ask(path, request_)
    assert answer.status_code == status, answer.text
    assert named in answer.json()["detail"]
    assert len(await vnf.occurrences()) == 1
