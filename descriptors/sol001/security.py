"""Security group rules (SOL001 clause 6.10): read, and applied by nobody yet."""

from descriptors.fields import Field
from descriptors.sol001.topology import Topology
from manoflow.domain.vnfd_interfaces import SecurityGroupRule


def security_group_rules(topology: Topology) -> tuple[SecurityGroupRule, ...]:
    """Every rule; told as a warning, because it is not applied."""
    return tuple(_rule(policy, topology) for policy in topology.policies("SecurityGroupRule"))


def _rule(policy: Field, topology: Topology) -> SecurityGroupRule:
    topology.warnings.append(policy.warning("is passed over: security group rules are not applied"))
    properties = policy.at("properties")
    for target in policy.at("targets").entries():
        if target.text() not in topology.every_node:
            raise target.refusal(f"is {target.text()}, which is not a node of this template", "correct the name")
    return SecurityGroupRule(
        id=policy.name,
        targets=policy.at("targets").texts(),
        direction=properties.at("direction").text("ingress"),
        ether_type=properties.at("ether_type").text("ipv4"),
        protocol=properties.at("protocol").text("tcp"),
        port_range_min=properties.at("port_range_min").integer(0),
        port_range_max=properties.at("port_range_max").integer(65_535),
    )
