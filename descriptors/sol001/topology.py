"""The topology of a service template as SOL001 means it: nodes and policies by type, in any form TOSCA allows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from descriptors.documents import Document
from descriptors.fields import Field
from descriptors.hierarchy import Hierarchy

COMPUTE = "tosca.nodes.nfv.Vdu.Compute"
BLOCK_STORAGE = "tosca.nodes.nfv.Vdu.VirtualBlockStorage"
VDU_CP = "tosca.nodes.nfv.VduCp"
EXT_CP = "tosca.nodes.nfv.VnfExtCp"
VIRTUAL_LINK = "tosca.nodes.nfv.VnfVirtualLink"
PLACEMENT_GROUP = "tosca.groups.nfv.PlacementGroup"
SW_IMAGE = "tosca.artifacts.nfv.SwImage"


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
        """The VDUs a policy is about. Raises `InvalidInputError` for a target that is none."""
        for target in policy.at("targets").entries():
            vdu = self.node(target.text(), COMPUTE)
            if vdu is None:
                raise target.refusal(f"is {target.text()}, which is not a VDU of this template", "correct the name")
            yield vdu
