"""The difference between two topologies, and the stages in which it can be made.

``apply(current, diff(current, target)) == target`` and ``diff(a, a)`` is empty, for all topologies
(property-tested). Deleting comes before making: a replaced element leaves its place before its successor takes it.
Inside either half the order is that of the kinds: nothing is made before what it needs, nothing is deleted before
what needs it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from manoflow.domain.base import Model
from manoflow.domain.identity import Kind
from manoflow.domain.topology import Element, Topology

MAKING_ORDER = (
    Kind.IMAGE,
    Kind.FLAVOR,
    Kind.PLACEMENT_GROUP,
    Kind.VIRTUAL_LINK,
    Kind.STORAGE,
    Kind.PORT,
    Kind.VNFC,
)
"""Kinds so ordered that each needs only those before it."""

UPDATABLE: Mapping[Kind, frozenset[str]] = MappingProxyType({Kind.VNFC: frozenset({"power"})})
"""What a VIM can change of a resource in place; one that differs otherwise is replaced."""


SHARED = frozenset({Kind.IMAGE})
"""Kinds that others use as well: one that is to be replaced is made again under its uid, and not removed before."""


class Action(StrEnum):
    """What a step does. A replacement is a step of each of the first two."""

    CREATE = "create"
    DELETE = "delete"
    UPDATE = "update"


class Verb(StrEnum):
    """What happens to a place."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"


class Change(Model):
    """One place and what happens there; `before` is what an undo goes back to."""

    verb: Verb
    key: str
    before: Element | None = None
    after: Element | None = None

    @property
    def kind(self) -> Kind:
        """The kind of element in that place."""
        element = self.after or self.before
        if element is None:
            message = f"a change of nothing: {self.key}"
            raise ValueError(message)
        return element.kind


class Stage(Model):
    """Changes of one kind that do not depend on each other. A replacement is in two: it is deleted, then made."""

    action: Action
    kind: Kind
    changes: tuple[Change, ...]


def diff(current: Topology, target: Topology, replace: Collection[str] = ()) -> tuple[Change, ...]:
    """What turns `current` into `target`. Places in `replace` get a new incarnation though nothing differs."""
    return tuple(_changes(current, target, frozenset(replace)))


def _changes(current: Topology, target: Topology, replace: frozenset[str]) -> Iterator[Change]:
    for key, before in current.elements.items():
        if key not in target.elements:
            yield Change(verb=Verb.DELETE, key=key, before=before)
    for key, after in target.elements.items():
        before_or_none = current.elements.get(key)
        if before_or_none is None:
            yield Change(verb=Verb.CREATE, key=key, after=after)
        elif key in replace:
            verb = Verb.CREATE if after.kind in SHARED else Verb.REPLACE
            yield Change(verb=verb, key=key, before=before_or_none, after=after)
        elif before_or_none != after:
            verb = Verb.UPDATE if _is_updatable(before_or_none, after) else Verb.REPLACE
            yield Change(verb=verb, key=key, before=before_or_none, after=after)


def _is_updatable(before: Element, after: Element) -> bool:
    """Whether they differ in nothing that takes another resource."""
    changeable = dict.fromkeys(UPDATABLE.get(after.kind, ()))
    return before.model_copy(update=changeable) == after.model_copy(update=changeable)


def apply(current: Topology, changes: Sequence[Change]) -> Topology:
    """The topology after the changes."""
    elements = dict(current.elements)
    for change in changes:
        if change.after is None:
            del elements[change.key]
        else:
            elements[change.key] = change.after
    return Topology(elements=elements)


def staged(changes: Sequence[Change]) -> tuple[Stage, ...]:
    """The stages in which the changes can be made, first stage first."""
    order = (
        *((Action.UPDATE, kind, {Verb.UPDATE}) for kind in MAKING_ORDER),
        *((Action.DELETE, kind, {Verb.DELETE, Verb.REPLACE}) for kind in reversed(MAKING_ORDER)),
        *((Action.CREATE, kind, {Verb.CREATE, Verb.REPLACE}) for kind in MAKING_ORDER),
    )
    return tuple(
        Stage(action=action, kind=kind, changes=found)
        for action, kind, verbs in order
        if (found := _of(changes, kind, verbs))
    )


def _of(changes: Sequence[Change], kind: Kind, verbs: Collection[Verb]) -> tuple[Change, ...]:
    return tuple(change for change in changes if change.kind is kind and change.verb in verbs)
