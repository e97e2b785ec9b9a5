"""What is asked of Nova and Neutron beyond the plain: boot data, address pools, addresses that servers share."""

from base64 import b64decode
from uuid import uuid4

from openstack.network.v2 import port, subnet

from manoflow.adapters.vim.openstack.ports import binding
from manoflow.adapters.vim.openstack.servers import at_boot
from manoflow.adapters.vim.openstack.virtual_links import addressing
from manoflow.domain.cloud import NewPort, NewServer, NewVirtualLink
from manoflow.domain.vnfd_connectivity import AddressPool

COMMON = {"uid": uuid4(), "vnf_instance_id": uuid4(), "lcm_op_occ_id": uuid4(), "name": "one"}
POOL = AddressPool(start="10.0.0.10", end="10.0.0.20")


def link(**changes: object) -> NewVirtualLink:
    return NewVirtualLink.model_validate({**COMMON, **changes})


def test_user_data_is_in_base64_on_a_config_drive() -> None:
    asked = at_boot(NewServer.model_validate({**COMMON, "user_data": "größe"}))
    assert (b64decode(asked["user_data"]).decode(), asked["config_drive"]) == ("größe", True)


def test_metadata_alone_is_on_a_config_drive_too_and_without_either_there_is_none() -> None:
    asked = at_boot(NewServer.model_validate({**COMMON, "metadata": {"role": "db"}}))
    assert asked == {"user_data": None, "config_drive": True}
    assert at_boot(NewServer.model_validate(COMMON)) == {"user_data": None, "config_drive": None}


def test_a_subnet_has_its_pools_and_how_hosts_get_ipv6_addresses() -> None:
    assert addressing(link(cidr="10.0.0.0/24")) == {}
    made = subnet.Subnet.new(**addressing(link(cidr="10.0.0.0/24", address_pools=(POOL,), ipv6_mode="slaac")))
    assert made.allocation_pools == [{"start": "10.0.0.10", "end": "10.0.0.20"}]
    assert made.ipv6_address_mode is None
    made = subnet.Subnet.new(**addressing(link(cidr="2001:db8::/64", ip_version=6, ipv6_mode="slaac")))
    assert (made.ipv6_address_mode, made.ipv6_ra_mode) == ("slaac", "slaac")


def test_a_port_allows_addresses_that_servers_share() -> None:
    plain = {**COMMON, "network_id": "net", "mac_address": "fe:00:00:00:00:01"}
    assert binding(NewPort.model_validate(plain)) == {}
    asked = NewPort.model_validate({**plain, "vnic_type": "direct", "allowed_addresses": ("10.0.0.5", "10.0.0.0/24")})
    made = port.Port.new(**binding(asked))
    assert made.binding_vnic_type == "direct"
    assert made.allowed_address_pairs == [{"ip_address": "10.0.0.5"}, {"ip_address": "10.0.0.0/24"}]
