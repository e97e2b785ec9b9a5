"""What the reader makes of connection points and links."""

from pathlib import Path

import pytest

from tests.descriptors.building import Tree, add_cp, add_link, edited, edited_flavour, nodes


def test_requirements_are_read_in_short_long_and_empty_form(tmp_path: Path) -> None:
    def connect(tree: Tree) -> None:
        add_link(tree, cidr="10.0.0.0/24")
        add_cp(tree, "short", {"virtual_binding": "probe"}, {"virtual_link": "core"}, order=2)
        add_cp(tree, "long", {"virtual_binding": {"node": "probe"}}, {"virtual_link": {"node": "core"}}, order=1)
        add_cp(tree, "open", {"virtual_binding": "probe"}, {"virtual_link": None}, {"other": {"capability": "c"}})
        nodes(tree)["core"]["requirements"] = None
        tree["topology_template"]["substitution_mappings"]["requirements"]["nothing"] = []

    flavour = edited_flavour(tmp_path, connect)
    assert {cp.id: (cp.vdu, cp.virtual_link, cp.order) for cp in flavour.cps} == {
        "probe_mgmt": ("probe", None, 0),
        "short": ("probe", "core", 2),
        "long": ("probe", "core", 1),
        "open": ("probe", None, 0),
    }
    assert [cp.id for cp in flavour.ext_cps] == ["probe_mgmt", "open"]


def test_mapped_names_may_be_listed_several_for_one_cp_and_as_tosca_1_3_does(tmp_path: Path) -> None:
    def mappings(tree: Tree) -> None:
        tree["topology_template"]["substitution_mappings"]["requirements"] = [
            {"virtual_link": ["probe_mgmt", "virtual_link"]},
            {"management": {"mapping": ["probe_mgmt", "virtual_link"]}},
            {"lost": ["nobody", "virtual_link"]},
        ]

    content = edited(tmp_path, mappings)
    assert content.vnfd.flavours[0].ext_cps[0].mapped_names == ("virtual_link", "management")
    assert any("lost is mapped to nobody, which is not a node of this template" in text for text in content.warnings)


def test_a_derived_node_type_is_read_as_what_it_derives_from(tmp_path: Path) -> None:
    def derive(tree: Tree) -> None:
        tree["node_types"]["vendor.Cp"] = {
            "derived_from": "tosca.nodes.nfv.VduCp",
            "properties": {"vnic_type": {"type": "string", "default": "direct"}, "order": {"default": 3}},
        }
        nodes(tree)["probe_mgmt"]["type"] = "vendor.Cp"
        del nodes(tree)["probe_mgmt"]["properties"]["order"]

    (cp,) = edited_flavour(tmp_path, derive).cps
    assert (cp.vnic_type, cp.order) == ("direct", 3)


@pytest.mark.parametrize(
    ("layer_3", "expected"),
    [
        ({"cidr": "10.0.0.0/24"}, (4, "10.0.0.0/24", True, None)),
        ({"cidr": "10.0.0.7/24", "dhcp_enabled": False}, (4, "10.0.0.0/24", False, None)),
        ({"cidr": "10.0.0.0/24", "gateway_ip": "10.0.0.1"}, (4, "10.0.0.0/24", True, "10.0.0.1")),
        ({"cidr": "2001:db8::/64", "ip_version": "ipv6"}, (6, "2001:db8::/64", True, None)),
        ({"ip_version": "ipv6"}, (6, None, True, None)),
        ({}, (4, None, True, None)),
    ],
)
def test_a_link_has_its_subnet(layer_3: Tree, expected: tuple[object, ...], tmp_path: Path) -> None:
    (link,) = edited_flavour(tmp_path, lambda tree: add_link(tree, **layer_3)).virtual_links
    assert (link.ip_version, link.cidr, link.dhcp_enabled, link.gateway_ip) == expected


def test_a_second_subnet_of_a_link_is_told(tmp_path: Path) -> None:
    def dual_stack(tree: Tree) -> None:
        add_link(tree, cidr="10.0.0.0/24")
        protocols = nodes(tree)["core"]["properties"]["vl_profile"]["virtual_link_protocol_data"]
        protocols.append({"associated_layer_protocol": "ipv6", "l3_protocol_data": {"cidr": "2001:db8::/64"}})

    content = edited(tmp_path, dual_stack)
    assert content.vnfd.flavours[0].virtual_links[0].cidr == "10.0.0.0/24"
    assert any("is passed over: a link has one subnet" in text for text in content.warnings)
