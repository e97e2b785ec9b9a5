"""What open operations hold back, as people see it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from manoflow.domain.capacity import Capacity, Measure, Reservation
from manoflow.domain.grants import grant_id
from manoflow.domain.identity import Kind
from tests.api.consumer import VIM, Vnf, instantiation
from tests.api.executing import Performance

RESERVATIONS = "/manoflow/v1/reservations"
SERVER = "vnfc/app/0"
AGE = 90


async def reserved(vnf: Vnf) -> Performance:
    """An operation whose grant reserved a server so many seconds ago."""
    performance = await vnf.begin()
    at = datetime.now(UTC) - timedelta(seconds=AGE)
    occurrence = performance.occurrence
    server = Reservation(
        grant_id=grant_id(occurrence.id),
        lcm_op_occ_id=occurrence.id,
        vnf_instance_id=occurrence.vnf_instance_id,
        vim_connection_id=VIM,
        key=SERVER,
        amounts={Measure.SERVERS: 1, Measure.VCPUS: 2},
        reserved_at=at,
        changed_at=at,
    )
    await vnf.records.reserve([server], Capacity(vim_connection_id=VIM, observed_at=at))
    return performance


async def test_a_reservation_is_shown_with_whose_it_is_what_it_takes_and_its_age(vnf: Vnf) -> None:
    assert (await vnf.client.get(RESERVATIONS)).json() == []
    performance = await reserved(vnf)
    (shown,) = (await vnf.client.get(RESERVATIONS)).json()
    assert (shown["vimConnectionId"], shown["key"], shown["state"]) == (VIM, SERVER, "RESERVED")
    assert (shown["vnfInstanceId"], UUID(shown["lcmOpOccId"])) == (vnf.id, performance.occurrence.id)
    assert UUID(shown["grantId"]) == grant_id(performance.occurrence.id)
    assert shown["amounts"] == {"servers": 1, "vcpus": 2}
    assert AGE <= shown["ageSeconds"] < AGE + 60
    assert shown["reservedAt"] == shown["changedAt"]


async def test_it_is_used_once_the_resource_is_recorded_and_gone_at_the_end(vnf: Vnf) -> None:
    performance = await reserved(vnf)
    await performance.perform([Kind.FLAVOR, Kind.VNFC])
    (shown,) = (await vnf.client.get(RESERVATIONS)).json()
    assert shown["state"] == "USED"
    assert shown["changedAt"] > shown["reservedAt"]
    await performance.complete()
    assert (await vnf.client.get(RESERVATIONS)).json() == []


async def test_those_of_a_parked_operation_stay(vnf: Vnf) -> None:
    performance = await reserved(vnf)
    await performance.fail()
    (shown,) = (await vnf.client.get(RESERVATIONS)).json()
    assert shown["state"] == "RESERVED"


async def test_they_are_filtered_by_vim(vnf: Vnf) -> None:
    await reserved(vnf)
    other = {"id": "second", "vimId": "second", "driver": "fake", "interfaceInfo": {"world": "elsewhere.db"}}
    await vnf.client.post("/manoflow/v1/vims", json=other)
    for name, count in ((VIM, 1), ("second", 0)):
        answer = await vnf.client.get(RESERVATIONS, params={"vimConnectionId": name})
        assert len(answer.json()) == count
    answer = await vnf.client.get(RESERVATIONS, params={"vimConnectionId": "nowhere"})
    assert (answer.status_code, "nowhere" in answer.json()["detail"]) == (404, True)


@pytest.mark.parametrize("query", [{"state": "USED"}, {"vimConnectionId": VIM, "filter": "(eq,state,USED)"}])
async def test_any_other_filter_is_refused_by_name(vnf: Vnf, query: dict[str, str]) -> None:
    answer = await vnf.client.get(RESERVATIONS, params=query)
    assert answer.status_code == 400
    assert min(set(query) - {"vimConnectionId"}) in answer.json()["detail"]


async def test_a_managed_link_that_is_not_the_vnfs_is_refused_at_once(vnf: Vnf) -> None:
    unknown = {"id": "link-1", "vnfVirtualLinkDescId": "outside", "resourceId": "data"}
    answer = await vnf.ask("instantiate", instantiation(extManagedVirtualLinks=[unknown]))
    assert answer.status_code == 422
    assert "vnfVirtualLinkDescId outside" in answer.json()["detail"]
