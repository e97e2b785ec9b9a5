"""VNF instances: made, read, listed, deleted."""

from uuid import uuid4

import httpx

from manoflow.domain.packages import OperationalState
from manoflow.ports.records import Records
from tests.api.consumer import INSTANCES, URL, Vnf, termination
from tests.builders import save_package
from tests.reference import PACKAGE_ID, VNFD_ID


async def test_an_instance_is_made_of_an_onboarded_package(client: httpx.AsyncClient) -> None:
    request = {"vnfdId": VNFD_ID, "vnfInstanceName": "edge", "vnfInstanceDescription": "a router", "metadata": {"a": 1}}
    answer = await client.post(INSTANCES, json=request)
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{URL}{INSTANCES}/{made['id']}"
    assert made["instantiationState"] == "NOT_INSTANTIATED"
    assert {name: made[name] for name in request} == request
    assert made["vnfProductName"] == "Reference"
    assert (await client.get(answer.headers["Location"])).json() == made


async def test_an_instance_links_to_what_can_be_done_with_it(vnf: Vnf) -> None:
    here = f"{URL}{INSTANCES}/{vnf.id}"
    assert vnf.created["_links"] == {"self": {"href": here}, "instantiate": {"href": f"{here}/instantiate"}}
    await vnf.instantiated()
    assert (await vnf.shown())["_links"].keys() == {"self", "heal", "operate", "scale", "scaleToLevel", "terminate"}


async def test_a_list_shows_instances_without_complex_attributes(vnf: Vnf) -> None:
    await vnf.instantiated()
    other = (await vnf.client.post(INSTANCES, json={"vnfdId": VNFD_ID, "metadata": {"a": 1}})).json()
    listed = (await vnf.client.get(INSTANCES)).json()
    assert [one["id"] for one in listed] == [vnf.id, other["id"]]
    assert not any(one.keys() & {"instantiatedVnfInfo", "metadata", "vimConnectionInfo"} for one in listed)


async def test_an_instance_of_an_unknown_vnfd_is_refused_by_name(client: httpx.AsyncClient) -> None:
    answer = await client.post(INSTANCES, json={"vnfdId": "no-such-vnfd"})
    assert answer.status_code == 422
    assert "no-such-vnfd" in answer.json()["detail"]


async def test_an_instance_of_a_disabled_package_is_refused_by_name(
    client: httpx.AsyncClient, records: Records
) -> None:
    package = await records.package(PACKAGE_ID)
    await save_package(records, package.model_copy(update={"operational_state": OperationalState.DISABLED}))
    answer = await client.post(INSTANCES, json={"vnfdId": VNFD_ID})
    assert answer.status_code == 422
    assert str(PACKAGE_ID) in answer.json()["detail"]


async def test_an_instance_that_does_not_exist_is_not_found(client: httpx.AsyncClient) -> None:
    for name in (str(uuid4()), "no-id-at-all"):
        for method in ("GET", "DELETE"):
            answer = await client.request(method, f"{INSTANCES}/{name}")
            assert answer.status_code == 404
            assert name in answer.json()["detail"]


async def test_an_instance_that_is_not_instantiated_can_be_deleted(vnf: Vnf) -> None:
    assert (await vnf.client.delete(vnf.here)).status_code == 204
    assert (await vnf.client.get(vnf.here)).status_code == 404


async def test_an_instance_that_is_instantiated_stays(vnf: Vnf) -> None:
    performance = await vnf.begin()
    assert (await vnf.client.delete(vnf.here)).status_code == 409
    await performance.complete()
    answer = await vnf.client.delete(vnf.here)
    assert answer.status_code == 409
    assert "terminate" in answer.json()["detail"]


async def test_occurrences_outlive_their_instance(vnf: Vnf) -> None:
    await vnf.instantiated()
    end = await vnf.begin("terminate", termination())
    await end.complete()
    assert (await vnf.client.delete(vnf.here)).status_code == 204
    shown = await vnf.occurrence(end)
    assert shown["operationState"] == "COMPLETED"
    assert {one["changeType"] for one in shown["resourceChanges"]["affectedVnfcs"]} == {"REMOVED"}
