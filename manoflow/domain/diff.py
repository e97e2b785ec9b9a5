"""The difference between two topologies, and the stages in which it can be made.

``apply(current, diff(current, target)) == target`` and ``diff(a, a)`` is empty, for all topologies
(property-tested). Deleting comes before making: a replaced element leaves its place before its successor takes it.
Inside either half the order is that of the kinds: nothing is made before what it needs, nothing is deleted before
what needs it.
"""

from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum

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

UPDATABLE: frozenset[Kind] = frozenset()
"""Kinds that a VIM can change in place; all others are replaced when they differ."""


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
    """Changes of one kind that do not depend on each other. A replacement has one part in each half."""

    making: bool
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
            yield Change(verb=Verb.REPLACE, key=key, before=before_or_none, after=after)
        elif before_or_none != after:
            verb = Verb.UPDATE if after.kind in UPDATABLE else Verb.REPLACE
            yield Change(verb=verb, key=key, before=before_or_none, after=after)


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
    deleting = [
        Stage(making=False, kind=kind, changes=found)
        for kind in reversed(MAKING_ORDER)
        if (found := _of(changes, kind, {Verb.DELETE, Verb.REPLACE}))
    ]
    making = [
        Stage(making=True, kind=kind, changes=found)
        for kind in MAKING_ORDER
        if (found := _of(changes, kind, {Verb.CREATE, Verb.UPDATE, Verb.REPLACE}))
    ]
    return (*deleting, *making)


def _of(changes: Sequence[Change], kind: Kind, verbs: Collection[Verb]) -> tuple[Change, ...]:
    return tuple(change for change in changes if change.kind is kind and change.verb in verbs)
