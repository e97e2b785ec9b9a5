"""Random topologies: every kind of element, with references that hold."""

from hypothesis import strategies as st

from manoflow.domain.identity import Kind, key_of
from manoflow.domain.topology import (
    Element,
    FlavorElement,
    PlacementGroupElement,
    PortElement,
    StorageElement,
    Topology,
    VirtualLinkElement,
    VnfcElement,
)
from manoflow.domain.vnfd import VirtualCompute

ids = st.sampled_from(["a", "b", "c"])
ordinals = st.integers(0, 2)


@st.composite
def _links(draw: st.DrawFn) -> Element:
    link = draw(ids)
    cidr = draw(st.sampled_from([None, "10.0.0.0/24", "10.1.0.0/24"]))
    return VirtualLinkElement(key=key_of(Kind.VIRTUAL_LINK, link), vl_desc_id=link, cidr=cidr)


@st.composite
def _groups(draw: st.DrawFn) -> Element:
    group = draw(ids)
    return PlacementGroupElement(
        key=key_of(Kind.PLACEMENT_GROUP, group), group_id=group, anti_affinity=draw(st.booleans())
    )


@st.composite
def _flavors(draw: st.DrawFn) -> Element:
    vcpus = draw(st.integers(1, 3))
    return FlavorElement(key=key_of(Kind.FLAVOR, vcpus), vcpus=vcpus, memory_mib=512, disk_gib=draw(st.integers(0, 2)))


@st.composite
def _storages(draw: st.DrawFn) -> Element:
    vdu, ordinal, storage = draw(ids), draw(ordinals), draw(ids)
    return StorageElement(
        key=key_of(Kind.STORAGE, vdu, ordinal, storage),
        storage_desc_id=storage,
        vdu_id=vdu,
        ordinal=ordinal,
        size_gib=draw(st.integers(1, 3)),
    )


@st.composite
def _ports(draw: st.DrawFn) -> Element:
    vdu, ordinal, cp, link = draw(ids), draw(ordinals), draw(ids), draw(ids)
    return PortElement(
        key=key_of(Kind.PORT, vdu, ordinal, cp),
        cpd_id=cp,
        vdu_id=vdu,
        ordinal=ordinal,
        link=key_of(Kind.VIRTUAL_LINK, link),
    )


@st.composite
def _vnfcs(draw: st.DrawFn) -> Element:
    vdu, ordinal = draw(ids), draw(ordinals)
    return VnfcElement(
        key=key_of(Kind.VNFC, vdu, ordinal),
        vdu_id=vdu,
        ordinal=ordinal,
        compute=VirtualCompute(num_vcpus=draw(st.integers(1, 4)), memory_mib=512),
        ports=(key_of(Kind.PORT, vdu, ordinal, draw(ids)),),
        storages=(key_of(Kind.STORAGE, vdu, ordinal, draw(ids)),),
        group=key_of(Kind.PLACEMENT_GROUP, draw(ids)),
    )


elements = st.one_of(_links(), _groups(), _flavors(), _storages(), _ports(), _vnfcs())
topologies = st.lists(elements, max_size=25, unique_by=lambda element: element.key).map(Topology.of)
