"""Keys, uids and names: how a thing in a topology is told apart, found again and never mistaken for another.

A **key** is a place in the topology (``vnfc/VDU_1/0``). A **uid** is one incarnation in that place, made by one
operation (uuid5 of the occurrence's id and the key), never reused; VIM tags carry it. The **place id** of a key is
stable for the VNF instance's whole life; SOL002 calls it vnfcInstanceId.
"""

import re
from enum import StrEnum
from uuid import UUID, uuid5

NAME_LENGTH = 63
"""RFC 1123 labels, which most clouds accept as names, are at most this long."""


class Kind(StrEnum):
    """The kinds of elements a VNF instance is made of."""

    IMAGE = "image"
    FLAVOR = "flavor"
    PLACEMENT_GROUP = "group"
    VIRTUAL_LINK = "vl"
    PORT = "port"
    STORAGE = "storage"
    VNFC = "vnfc"


def key_of(kind: Kind, *parts: str | int) -> str:
    """Write the key of a place: kind, descriptor ids, ordinal."""
    return "/".join([kind.value, *(str(part) for part in parts)])


def kind_of(key: str) -> Kind:
    """The kind that a key begins with."""
    return Kind(key.split("/", 1)[0])


def uid_of(lcm_op_occ_id: UUID, key: str) -> UUID:
    """The incarnation that an operation puts into a place."""
    return uuid5(lcm_op_occ_id, key)


def place_id(vnf_instance_id: UUID, key: str) -> UUID:
    """The stable id of a place: survives healing and a change of package."""
    return uuid5(vnf_instance_id, key)


def mac_of(uid: UUID) -> str:
    """A locally administered unicast MAC address of an incarnation, so that a second port with it is refused."""
    octets = bytes([0xFE, *uid.bytes[-5:]])
    return ":".join(f"{octet:02x}" for octet in octets)


def name_of(vnf_name: str, key: str, uid: UUID) -> str:
    """A name for people: ``{vnf}-{rest of the key}-{six digits of the uid}``, an RFC 1123 label."""
    _, _, place = key.partition("/")
    suffix = f"-{uid.hex[:6]}"
    label = _label(f"{vnf_name}-{place}")[: NAME_LENGTH - len(suffix)].strip("-")
    return f"{label or 'vnf'}{suffix}"


def _label(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
