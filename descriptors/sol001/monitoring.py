"""What a VNF and its VNFCs can be measured by (SOL001 clause 6.2): a list up to 3.3.1, a map since."""

from collections.abc import Iterator

from descriptors.fields import Field
from descriptors.sol001.topology import Node
from manoflow.domain.vnfd_interfaces import MonitoringParameter


def monitoring_parameters(node: Node) -> tuple[MonitoringParameter, ...]:
    """The monitoring parameters of a node."""
    return tuple(
        MonitoringParameter(
            id=parameter_id,
            name=parameter.at("name").text(parameter_id),
            metric=parameter.at("performance_metric").text(),
            collection_period=parameter.at("collection_period").text("") or None,
        )
        for parameter_id, parameter in _entries(node.prop("monitoring_parameters"))
    )


def _entries(parameters: Field) -> Iterator[tuple[str, Field]]:
    if isinstance(parameters.value, list):
        yield from ((parameter.at("name").text(), parameter) for parameter in parameters.entries())
    else:
        yield from parameters.items()
