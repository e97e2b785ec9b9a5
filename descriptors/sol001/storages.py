"""Storages of VDUs: block, file and object (SOL001 clause 6.8). Only block storages are made."""

from collections.abc import Iterator

from descriptors.fields import Field
from descriptors.sol001.images import image_of
from descriptors.sol001.topology import (
    BLOCK_STORAGE,
    FILE_STORAGE,
    OBJECT_STORAGE,
    VIRTUAL_LINK,
    Node,
    Topology,
)
from descriptors.sol001.units import gib
from manoflow.domain.vnfd import VirtualFileStorage, VirtualObjectStorage, VirtualStorage


def block_storages(topology: Topology) -> tuple[VirtualStorage, ...]:
    """Every block storage."""
    return tuple(_block_storage(node, topology) for node in topology.nodes(BLOCK_STORAGE))


def file_storages(topology: Topology) -> tuple[VirtualFileStorage, ...]:
    """Every file storage."""
    return tuple(_file_storage(node, topology) for node in topology.nodes(FILE_STORAGE))


def object_storages(topology: Topology) -> tuple[VirtualObjectStorage, ...]:
    """Every object storage."""
    return tuple(
        VirtualObjectStorage(
            id=node.name,
            max_size_gib=gib(node.prop("virtual_object_storage_data").at("max_size_of_storage")) or None,
            shared=_is_shared(node),
        )
        for node in topology.nodes(OBJECT_STORAGE)
    )


def storages_of(node: Node, topology: Topology) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of a VDU's block storages and of its other ones, in the order to start from, then as they are written.

    Up to SOL001 2.6.1 boot_order is a list of names; later it is true where the order of the requirements counts.
    """
    required = list(_required(node, topology))
    order = node.prop("boot_order")
    first = [name for name in order.texts() if name in required] if isinstance(order.value, list) else []
    names = tuple(dict.fromkeys((*first, *required)))
    block = tuple(name for name in names if topology.node(name, BLOCK_STORAGE))
    return block, tuple(name for name in names if name not in block)


def required_size(size: Field) -> Field:
    """The same; raises `InvalidInputError` where there is none."""
    size.text()
    return size


def _required(node: Node, topology: Topology) -> Iterator[str]:
    for target in node.requirements("virtual_storage"):
        name = target.text()
        if topology.node(name, BLOCK_STORAGE) is None:
            other = topology.node(name, FILE_STORAGE) or topology.node(name, OBJECT_STORAGE)
            if other is None:
                raise target.refusal(f"is {name}, which is not a VirtualBlockStorage here", "correct the name")
            topology.warnings.append(target.warning(f"is {name}, which is not made: only block storages are"))
        yield name


def _block_storage(node: Node, topology: Topology) -> VirtualStorage:
    data = node.prop("virtual_block_storage_data")
    storage = VirtualStorage(
        id=node.name,
        size_gib=gib(required_size(data.at("size_of_storage"))),
        image=image_of(node, topology),
        requirements={key: value.text("") for key, value in data.at("vdu_storage_requirements").items()},
        shared=_is_shared(node),
    )
    if storage.shared:
        topology.warnings.append(node.field.warning("is to be shared by VNFCs; each gets one of its own"))
    return storage


def _file_storage(node: Node, topology: Topology) -> VirtualFileStorage:
    data = node.prop("virtual_file_storage_data")
    return VirtualFileStorage(
        id=node.name,
        size_gib=gib(required_size(data.at("size_of_storage"))),
        protocol=data.at("file_system_protocol").text().lower(),
        virtual_link=topology.one(node, "virtual_link", VIRTUAL_LINK),
        shared=_is_shared(node),
    )


def _is_shared(node: Node) -> bool:
    return not node.prop("per_vnfc_instance").truth(default=True)
