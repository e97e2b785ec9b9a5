"""The topology of a service template as SOL001 means it: nodes and policies by type, in any form TOSCA allows."""

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from descriptors.documents import Document
from descriptors.fields import Field
from descriptors.hierarchy import Hierarchy

COMPUTE = "tosca.nodes.nfv.Vdu.Compute"
CONTAINER = "tosca.nodes.nfv.Vdu.OsContainer"
DEPLOYABLE_UNIT = "tosca.nodes.nfv.Vdu.OsContainerDeployableUnit"
MCIOP = "tosca.nodes.nfv.Mciop"
BLOCK_STORAGE = "tosca.nodes.nfv.Vdu.VirtualBlockStorage"
FILE_STORAGE = "tosca.nodes.nfv.Vdu.VirtualFileStorage"
OBJECT_STORAGE = "tosca.nodes.nfv.Vdu.VirtualObjectStorage"
VDU_CP = "tosca.nodes.nfv.VduCp"
SUB_CP = "tosca.nodes.nfv.VduSubCp"
EXT_CP = "tosca.nodes.nfv.VnfExtCp"
VIRTUAL_IP_CP = "tosca.nodes.nfv.VipCp"
VIRTUAL_CP = "tosca.nodes.nfv.VirtualCp"
VIRTUAL_LINK = "tosca.nodes.nfv.VnfVirtualLink"
NODES = (
    COMPUTE,
    CONTAINER,
    DEPLOYABLE_UNIT,
    MCIOP,
    BLOCK_STORAGE,
    FILE_STORAGE,
    OBJECT_STORAGE,
    VDU_CP,
    EXT_CP,
    VIRTUAL_IP_CP,
    VIRTUAL_CP,
    VIRTUAL_LINK,
)
"""The types of nodes that are read, beside the VNF's own."""
PLACEMENT_GROUP = "tosca.groups.nfv.PlacementGroup"
SW_IMAGE = "tosca.artifacts.nfv.SwImage"
HELM_CHART = "tosca.artifacts.nfv.HelmChart"

Read = Callable[[str], bytes]
"""The content of a small file of the package, by its path."""


def no_files(path: str) -> bytes:
    """Of a package without files."""
    message = f"nothing can be read here: {path}"
    raise ValueError(message)


@dataclass(frozen=True)
class Node:
    """A node template."""

    field: Field
    type: str
    types: Hierarchy

    @property
    def name(self) -> str:
        """Its id in the neutral model."""
        return self.field.name

    def is_a(self, base: str) -> bool:
        """Whether its type is `base` or derives from it."""
        return self.types.is_a("node_types", self.type, base)

    def prop(self, name: str) -> Field:
        """A property: the node's own value, else its type's default."""
        own = self.field.at("properties", name)
        return own if own.given else self.types.default(self.type, name) or own

    def capability(self, name: str) -> Field:
        """The properties of a capability."""
        return self.field.at("capabilities", name, "properties")

    def requirements(self, name: str) -> Iterator[Field]:
        """The targets of a requirement, in TOSCA's short and long form; empty ones are passed over."""
        for key, requirement in self.field.at("requirements").named_entries():
            target = requirement if isinstance(requirement.value, str) else requirement.at("node")
            if key == name and target.given:
                yield target


@dataclass(frozen=True)
class Topology:
    """A service template's nodes, groups and policies, and the warnings found while they are read."""

    document: Document
    types: Hierarchy
    files: frozenset[str] = frozenset()
    """Paths of all files in the package."""
    warnings: list[str] = field(default_factory=list)
    read: Read = no_files

    @property
    def root(self) -> Field:
        """The topology_template."""
        return Field.root(self.document).at("topology_template")

    def nodes(self, base: str) -> list[Node]:
        """The nodes of a type, in the order they are written."""
        return [node for node in self.every_node.values() if node.is_a(base)]

    def node(self, name: str, base: str) -> Node | None:
        """The node of that name and type."""
        node = self.every_node.get(name)
        return node if node is not None and node.is_a(base) else None

    @cached_property
    def every_node(self) -> Mapping[str, Node]:
        """All nodes by name. Raises `InvalidInputError` for a type that no file defines."""
        found: dict[str, Node] = {}
        for name, template in self.root.at("node_templates").items():
            template.require_identifier()
            written = template.at("type")
            root = self.types.undefined_root("node_types", written.text())
            if root is not None:
                problem = f"of {name} is {written.text()}, but no file defines {root}"
                raise written.refusal(problem, "import the file that defines it")
            found[name] = Node(field=template, type=written.text(), types=self.types)
        return found

    def policies(self, kind: str) -> Iterator[Field]:
        """The policies of a type, given by its name without ``tosca.policies.nfv.``."""
        for _, policy in self.root.at("policies").named_entries():
            if self.types.is_a("policy_types", policy.at("type").text(), f"tosca.policies.nfv.{kind}"):
                yield policy

    def targets(self, policy: Field) -> Iterator[Node]:
        """The VDUs a policy is about, on machines or in containers. Raises `InvalidInputError` for one that is none."""
        for target in policy.at("targets").entries():
            vdu = self.node(target.text(), COMPUTE) or self.node(target.text(), DEPLOYABLE_UNIT)
            if vdu is None:
                raise target.refusal(f"is {target.text()}, which is not a VDU of this template", "correct the name")
            yield vdu

    def one(self, node: Node, requirement: str, *bases: str) -> str | None:
        """The one node of these types that a requirement names.

        Raises `InvalidInputError` where there is no such node, or are two.
        """
        targets = self._named(node, requirement, bases)
        if len(targets) > 1:
            raise targets[1].refusal("is given twice for one node", "leave one out")
        return targets[0].text() if targets else None

    def some(self, node: Node, requirement: str, *bases: str) -> tuple[str, ...]:
        """The nodes of these types that a requirement names. Raises `InvalidInputError` where there is no such node."""
        return tuple(dict.fromkeys(target.text() for target in self._named(node, requirement, bases)))

    def _named(self, node: Node, requirement: str, bases: tuple[str, ...]) -> list[Field]:
        targets = list(node.requirements(requirement))
        for target in targets:
            if not any(self.node(target.text(), base) for base in bases):
                kind = bases[0].removeprefix("tosca.nodes.nfv.")
                raise target.refusal(f"is {target.text()}, which is not a {kind} of this template", "correct the name")
        return targets

    def path_inside(self, file: Field) -> str | None:
        """A file's path in the package: relative to the template as TOSCA says, or from the root as some write."""
        written = file.text()
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(file.document.name), written))
        return next((path for path in (beside, written.removeprefix("/")) if path in self.files), None)
