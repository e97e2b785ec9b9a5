"""Asking for an operation: what is admitted, what is refused and by which name."""

from uuid import UUID, uuid4

import httpx
import pytest

from manoflow.domain.lcm import InstantiationState, LcmOperationState
from tests.api.consumer import INSTANCES, OCCURRENCES, URL, Json, Vnf, instantiation
from tests.reference import example_of
from workflows.catalogue import Operation, operations


@pytest.mark.parametrize("operation", operations(), ids=lambda one: one.name)
async def test_every_operation_is_admitted_with_its_example(vnf: Vnf, operation: Operation) -> None:
    if operation.allowed_in is InstantiationState.INSTANTIATED:
        await vnf.instantiated()
    request = example_of(operation.request)
    answer = await vnf.ask(operation.path, request)
    assert (answer.status_code, answer.content) == (202, b"")
    shown = (await vnf.client.get(answer.headers["Location"])).json()
    assert answer.headers["Location"] == f"{URL}{OCCURRENCES}/{shown['id']}"
    assert (shown["operation"], shown["operationState"]) == (operation.operation, "STARTING")
    assert shown["operationParams"] == request
    ticket = vnf.execution.tickets[-1]
    assert (str(ticket.lcm_op_occ_id), ticket.workflow) == (shown["id"], operation.name)
    assert ticket.rolling_back is False


@pytest.mark.parametrize("operation", [one for one in operations() if one.allowed_in], ids=lambda one: one.name)
async def test_every_operation_is_refused_in_the_wrong_state(vnf: Vnf, operation: Operation) -> None:
    if operation.allowed_in is InstantiationState.NOT_INSTANTIATED:
        await vnf.instantiated()
    answer = await vnf.ask(operation.path, example_of(operation.request))
    assert answer.status_code == 409
    assert vnf.id in answer.json()["detail"]
    assert operation.allowed_in in answer.json()["detail"]


async def test_an_operation_on_an_unknown_instance_is_not_found_whatever_is_asked(client: httpx.AsyncClient) -> None:
    for operation in operations():
        for name in (uuid4(), "no-id"):
            there = f"{INSTANCES}/{name}/{operation.path}".rstrip("/")
            answer = await client.request(operation.method, there, json={"nonsense": 1})
            assert answer.status_code == 404


async def test_an_operation_that_is_not_in_the_catalogue_is_not_found(vnf: Vnf) -> None:
    assert (await vnf.ask("levitate", {})).status_code == 404


async def test_a_second_operation_is_refused_naming_the_first_and_the_ways_out(vnf: Vnf) -> None:
    performance = await vnf.begin()
    await performance.fail()
    answer = await vnf.ask("instantiate", instantiation())
    assert answer.status_code == 409
    assert all(word in answer.json()["detail"] for word in (str(performance.occurrence.id), "retry", "fail"))
    assert len(await vnf.occurrences()) == 1


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"flavourId": "gigantic"}, "gigantic"),
        ({"instantiationLevelId": "huge"}, "huge"),
        ({"extVirtualLinks": []}, "app_mgmt"),
        (
            {"extManagedVirtualLinks": [{"id": "m", "vnfVirtualLinkDescId": "nowhere", "resourceId": "mgmt"}]},
            "nowhere",
        ),
        ({"targetScaleLevelInfo": [{"aspectId": "app_scale", "scaleLevel": 4}]}, "its highest is 3"),
        ({"vimConnectionInfo": {"elsewhere": {"vimType": "fake", "vimId": "nowhere"}}}, "nowhere"),
    ],
)
async def test_what_cannot_be_planned_is_refused_by_name(vnf: Vnf, change: Json, named: str) -> None:
    answer = await vnf.ask("instantiate", instantiation(**change))
    assert answer.status_code == 422
    assert named in answer.json()["detail"]
    assert await vnf.occurrences() == []


RANGE = {"type": "IPV4", "addressRange": {"minAddress": "10.0.0.1", "maxAddress": "10.0.0.9"}}


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"linkPortId": "port-1"}, "linkPortId"),
        (
            {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [RANGE]}}]},
            "addressRange",
        ),
    ],
)
async def test_what_a_connection_point_cannot_have_is_refused_by_name(vnf: Vnf, config: Json, named: str) -> None:
    request = instantiation()
    request["extVirtualLinks"][0]["extCps"][0]["cpConfig"]["first"] = config
    answer = await vnf.ask("instantiate", request)
    assert answer.status_code == 422
    assert named in answer.json()["detail"]


async def test_a_request_that_is_not_understood_is_refused_naming_each_field(vnf: Vnf) -> None:
    links = [{**instantiation()["extVirtualLinks"][0], "resourceId": 7}]
    answer = await vnf.ask("instantiate", {"extVirtualLinks": links})
    assert answer.status_code == 400
    assert "flavourId: field required" in answer.json()["detail"]
    assert "extVirtualLinks[0].resourceId" in answer.json()["detail"]


async def test_extensions_and_properties_are_shown_as_changed_once_completed(vnf: Vnf) -> None:
    changes: Json = {"extensions": {"colour": "blue"}, "vnfConfigurableProperties": {"isAutoscaleEnabled": False}}
    performance = await vnf.begin(request=instantiation(**changes))
    assert "changedInfo" not in await vnf.occurrence(performance)
    await performance.complete()
    assert (await vnf.occurrence(performance))["changedInfo"] == changes
    shown = await vnf.shown()
    assert {name: shown[name] for name in changes} == changes


async def test_nothing_is_claimed_before_a_run_claims_it(vnf: Vnf) -> None:
    answer = await vnf.ask("instantiate", instantiation())
    occurrence = await vnf.records.occurrence(UUID(answer.headers["Location"].rpartition("/")[2]))
    assert occurrence.operation_state is LcmOperationState.STARTING
    assert occurrence.first_execution_run_id is None
    assert [ticket.lcm_op_occ_id for ticket in vnf.execution.tickets] == [occurrence.id]


async def test_a_list_shows_operations_without_complex_attributes(vnf: Vnf) -> None:
    performance = await vnf.instantiated()
    listed = await vnf.occurrences()
    assert [one["id"] for one in listed] == [str(performance.occurrence.id)]
    assert not any(one.keys() & {"operationParams", "resourceChanges", "changedExtConnectivity"} for one in listed)
