"""instantiatedVnfInfo and resourceChanges: every id that refers to something leads to it."""

from uuid import UUID

from manoflow.domain.identity import Kind, place_id, uid_of
from tests.api.consumer import VIM, Vnf, instantiation, termination
from tests.api.executing import Performance

SERVER = "vnfc/app/0"
INSIDE = "port/app/0/app_internal"
OUTSIDE = "port/app/0/app_mgmt"
VOLUME = "storage/app/0/app_data"
LINK = "vl/internal"


def uids(performance: Performance) -> dict[str, str]:
    keys = (SERVER, INSIDE, OUTSIDE, VOLUME, LINK)
    return {key: str(uid_of(performance.occurrence.id, key)) for key in keys}


async def test_a_vnfc_is_shown_with_its_place_and_its_incarnation(vnf: Vnf) -> None:
    uid = uids(await vnf.instantiated())
    info = await vnf.info()
    resource, vnfc = info["vnfcResourceInfo"][0], info["vnfcInfo"][0]
    assert vnfc["id"] == str(place_id(UUID(vnf.id), SERVER))
    assert vnfc["vnfcResourceInfoId"] == resource["id"] == uid[SERVER]
    assert resource["computeResource"] == {"vimConnectionId": VIM, "resourceId": f"vim-{uid[SERVER]}"}
    assert resource["storageResourceIds"] == [info["virtualStorageResourceInfo"][0]["id"]] == [uid[VOLUME]]
    assert (resource["zoneId"], vnfc["vnfcState"], info["vnfState"]) == ("nova", "STARTED", "STARTED")


async def test_connection_points_lead_to_their_ports(vnf: Vnf) -> None:
    uid = uids(await vnf.instantiated())
    info = await vnf.info()
    outside, inside = info["vnfcResourceInfo"][0]["vnfcCpInfo"]
    external, link = info["extCpInfo"][0], info["vnfVirtualLinkResourceInfo"][0]
    assert (outside["cpdId"], inside["cpdId"]) == ("app_mgmt", "app_internal")
    assert link["id"] == uid[LINK]
    assert inside["vnfLinkPortId"] == link["vnfLinkPorts"][0]["id"] == uid[INSIDE]
    assert link["vnfLinkPorts"][0]["cpInstanceId"] == inside["id"]
    assert outside["vnfExtCpId"] == external["id"]
    assert external["associatedVnfcCpId"] == outside["id"]
    assert (external["cpConfigId"], external["extLinkPortId"]) == ("first", uid[OUTSIDE])


async def test_the_external_link_is_shown_as_it_was_asked_for(vnf: Vnf) -> None:
    await vnf.instantiated()
    info = await vnf.info()
    link = info["extVirtualLinkInfo"][0]
    assert link["resourceHandle"] == {"vimConnectionId": VIM, "resourceId": "mgmt"}
    assert link["currentVnfExtCpData"] == instantiation()["extVirtualLinks"][0]["extCps"]
    assert link["extLinkPorts"][0]["cpInstanceId"] == info["extCpInfo"][0]["id"]


async def test_the_external_connectivity_that_an_operation_made_is_shown_with_it(vnf: Vnf) -> None:
    performance = await vnf.instantiated()
    assert (await vnf.occurrence(performance))["changedExtConnectivity"] == (await vnf.info())["extVirtualLinkInfo"]


async def test_a_link_that_somebody_else_manages_is_shown_with_its_ports(vnf: Vnf) -> None:
    asked = {"id": "link-1", "vnfVirtualLinkDescId": "internal", "vimConnectionId": VIM, "resourceId": "data"}
    performance = await vnf.begin(request=instantiation(extManagedVirtualLinks=[asked]))
    await performance.complete()
    uid = uids(performance)
    info = await vnf.info()
    assert "vnfVirtualLinkResourceInfo" not in info
    (link,) = info["extManagedVirtualLinkInfo"]
    assert (link["id"], link["vnfVirtualLinkDescId"]) == ("link-1", "internal")
    assert link["networkResource"] == {"vimConnectionId": VIM, "resourceId": "data"}
    (inside,) = [cp for cp in info["vnfcResourceInfo"][0]["vnfcCpInfo"] if cp["cpdId"] == "app_internal"]
    assert [(port["id"], port["cpInstanceId"]) for port in link["vnfLinkPorts"]] == [(uid[INSIDE], inside["id"])]
    assert inside["vnfLinkPortId"] == uid[INSIDE]
    (changed,) = (await vnf.occurrence(performance))["resourceChanges"]["affectedVirtualLinks"]
    assert (changed["id"], changed["changeType"]) == ("link-1", "LINK_PORT_ADDED")
    assert changed["networkResource"] == link["networkResource"]
    assert changed["vnfLinkPortIds"] == [uid[INSIDE]]


async def test_an_address_that_was_asked_for_is_not_dynamic(vnf: Vnf) -> None:
    asked = f"192.168.10.{len(OUTSIDE)}"
    request = instantiation()
    protocol = request["extVirtualLinks"][0]["extCps"][0]["cpConfig"]["first"]["cpProtocolData"][0]
    protocol["ipOverEthernet"] = {"ipAddresses": [{"type": "IPV4", "fixedAddresses": [asked]}]}
    await (await vnf.begin(request=request)).complete()
    cps = (await vnf.info())["vnfcResourceInfo"][0]["vnfcCpInfo"]
    seen = [cp["cpProtocolInfo"][0]["ipOverEthernet"]["ipAddresses"][0] for cp in cps]
    assert [(one["addresses"], one["isDynamic"]) for one in seen] == [
        ([asked], False),
        ([f"192.168.10.{len(INSIDE)}"], True),
    ]


async def test_scale_levels_are_shown_with_their_limits(vnf: Vnf) -> None:
    await (await vnf.begin(request=instantiation(instantiationLevelId="pair"))).complete()
    info = await vnf.info()
    assert [(one["aspectId"], one["scaleLevel"]) for one in info["scaleStatus"]] == [("app_scale", 1)]
    assert [(one["aspectId"], one["scaleLevel"]) for one in info["maxScaleLevels"]] == [("app_scale", 3)]
    assert len(info["vnfcInfo"]) == len({one["id"] for one in info["vnfcInfo"]}) == 2


async def test_a_parked_instantiation_shows_what_exists(vnf: Vnf) -> None:
    performance = await vnf.begin()
    await performance.perform([Kind.VIRTUAL_LINK, Kind.STORAGE])
    await performance.fail("cannot create port: quota")
    shown = await vnf.shown()
    info = shown["instantiatedVnfInfo"]
    assert shown["instantiationState"] == "NOT_INSTANTIATED"
    assert info["extCpInfo"] == []
    assert info.keys() >= {"vnfVirtualLinkResourceInfo", "virtualStorageResourceInfo"}
    assert not info.keys() & {"vnfcInfo", "vnfcResourceInfo", "extVirtualLinkInfo"}
    changes = (await vnf.occurrence(performance))["resourceChanges"]
    assert changes.keys() == {"affectedVirtualLinks", "affectedVirtualStorages"}


async def test_resource_changes_name_what_the_instance_shows(vnf: Vnf) -> None:
    performance = await vnf.instantiated()
    info, changes = await vnf.info(), (await vnf.occurrence(performance))["resourceChanges"]
    vnfc, resource = changes["affectedVnfcs"][0], info["vnfcResourceInfo"][0]
    assert (vnfc["changeType"], vnfc["id"]) == ("ADDED", resource["id"])
    assert vnfc["affectedVnfcCpIds"] == [cp["id"] for cp in resource["vnfcCpInfo"]]
    assert vnfc["addedStorageResourceIds"] == resource["storageResourceIds"]
    link, port = changes["affectedVirtualLinks"][0], changes["affectedExtLinkPorts"][0]
    assert link["vnfLinkPortIds"] == [one["id"] for one in info["vnfVirtualLinkResourceInfo"][0]["vnfLinkPorts"]]
    assert (port["id"], port["extCpInstanceId"]) == (info["extCpInfo"][0]["extLinkPortId"], info["extCpInfo"][0]["id"])
    assert len(changes["affectedVirtualStorages"]) == 1


async def test_a_port_that_goes_while_its_link_stays_changes_the_link(vnf: Vnf) -> None:
    await vnf.instantiated()
    end = await vnf.begin("terminate", termination())
    await end.perform([Kind.VNFC, Kind.PORT])
    changes = (await vnf.occurrence(end))["resourceChanges"]
    assert [link["changeType"] for link in changes["affectedVirtualLinks"]] == ["LINK_PORT_REMOVED"]
    await end.complete()
    changes = (await vnf.occurrence(end))["resourceChanges"]
    assert [link["changeType"] for link in changes["affectedVirtualLinks"]] == ["REMOVED"]
    assert changes["affectedVnfcs"][0]["removedStorageResourceIds"]


async def test_the_vim_connection_that_handles_refer_to_is_shown_without_credentials(vnf: Vnf) -> None:
    await vnf.instantiated()
    connection = (await vnf.shown())["vimConnectionInfo"][VIM]
    assert (connection["vimId"], connection["vimType"]) == (VIM, "fake")
    assert "accessInfo" not in connection
