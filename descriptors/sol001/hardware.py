"""What a VDU asks of the hardware, as extra specs of a flavor (SOL001 clauses 6.2 and 6.4).

SOL001 leaves the names of requirements to vendors and to ETSI's registry. A requirement whose name has a colon
(``hw:cpu_threads``) is an extra spec as it stands and wins over what is derived here; memoryPageSize is known beside
them. Whatever else is asked for is told as a warning, for nothing is made of it.
"""

import json
from collections.abc import Iterator

from descriptors.fields import Field
from descriptors.sol001.topology import Topology
from descriptors.sol001.units import octets

_PINNING = {"static": "dedicated", "dynamic": "shared"}
_PAGE_SIZE = "memorypagesize"
_NOT_SET = "is passed over: of requirements only those with a colon in their name, such as hw:cpu_policy, are set"


def extra_specs(compute: Field, topology: Topology) -> dict[str, str]:
    """The extra specs; `compute` has the properties of the capability virtual_compute."""
    stated: dict[str, str] = {}
    for place in _requirements(compute):
        stated.update(_stated(place, topology))
    for capability in _capabilities(compute):
        parameters = capability.at("target_performance_parameters").items()
        stated.update({key: value.text("") for key, value in parameters if ":" in key})
    return {**dict(_derived(compute, topology)), **stated}


def _requirements(compute: Field) -> Iterator[Field]:
    yield compute.at("compute_requirements")
    yield compute.at("virtual_cpu", "vdu_cpu_requirements")
    yield compute.at("virtual_memory", "vdu_mem_requirements")
    yield from (node.at("logical_node_requirements") for _, node in compute.at("logical_node").items())


def _capabilities(compute: Field) -> Iterator[Field]:
    requested = compute.at("requested_additional_capabilities")
    yield requested
    yield from (entry for _, entry in requested.items() if isinstance(entry.value, dict))


def _stated(place: Field, topology: Topology) -> Iterator[tuple[str, str]]:
    for key, value in place.items():
        if ":" in key:
            yield key, value.text()
        elif _bare(key) == _PAGE_SIZE:
            yield "hw:mem_page_size", _page_size(value)
        else:
            topology.warnings.append(value.warning(_NOT_SET))


def _derived(compute: Field, topology: Topology) -> Iterator[tuple[str, str]]:
    pinning = compute.at("virtual_cpu", "virtual_cpu_pinning")
    policy = pinning.at("virtual_cpu_pinning_policy")
    if policy.given and policy.text() in _PINNING:
        yield "hw:cpu_policy", _PINNING[policy.text()]
    if pinning.at("virtual_cpu_pinning_rule").texts():
        told = "is passed over: which CPU is pinned to which is the VIM's choice"
        topology.warnings.append(pinning.at("virtual_cpu_pinning_rule").warning(told))
    # A logical node is a NUMA node; one alone says no more than that the VDU is to know of them.
    nodes = sum(1 for _ in compute.at("logical_node").items())
    if compute.at("virtual_memory", "numa_enabled").truth(default=False) or nodes > 1:
        yield "hw:numa_nodes", str(max(nodes, 1))
    yield from _huge_pages(compute.at("virtual_memory", "huge_pages_requirements"), topology)


def _huge_pages(pages: Field, topology: Topology) -> Iterator[tuple[str, str]]:
    sizes = [page.at("hugepage_size") for page in pages.entries()]
    if sizes:
        yield "hw:mem_page_size", _page_size(sizes[0])
    told = "is passed over: the memory of a VDU has pages of one size, the first"
    topology.warnings.extend(other.warning(told) for other in sizes[1:])


def _page_size(size: Field) -> str:
    """KiB, or one of Nova's words; the registry writes values as JSON with ``configuration-value`` in it."""
    written = size.text().strip()
    if written.startswith("{"):
        found = {_bare(str(key)): str(value) for key, value in _json(size).items()}
        size = Field(size.document, size.path, found.get("configurationvalue"))
        written = size.text().strip()
    if written.lower() in {"small", "large", "any"} or written.isdigit():
        return written.lower()
    return str(octets(size) // 1024)


def _json(text: Field) -> dict[str, object]:
    try:
        found = json.loads(text.text())
    except (ValueError, RecursionError) as error:
        raise text.refusal(f"is {text.shown()}, which is not JSON", "write a size such as 2 MiB") from error
    return found if isinstance(found, dict) else {}


def _bare(key: str) -> str:
    return key.lower().replace("-", "").replace("_", "")
