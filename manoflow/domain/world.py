"""The world that a plan is made for, as the record has it: the instance, its package, and what is recorded of it.

A plan that was shown to somebody is executed only while the world is still that one (`manoflow.domain.proposals`);
`differences` says in words what has changed.
"""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from uuid import UUID

from pydantic import JsonValue

from manoflow.domain.base import Model
from manoflow.domain.packages import VnfPackage
from manoflow.domain.resources import Resource
from manoflow.domain.vnf import VnfInstance


class Mark(Model):
    """By what a recorded resource is known again."""

    uid: UUID
    content: str
    """Digest of everything that is recorded of it, but when that was seen."""


class World(Model):
    """What an operation on a VNF instance finds recorded."""

    instance: dict[str, JsonValue]
    """Its attributes."""
    resources: dict[str, Mark]
    """By place."""
    package: str | None
    """Digest of the package's content."""

    @property
    def fingerprint(self) -> str:
        """The same for the same world, another for another."""
        return _digest(self.model_dump(mode="json"))


def world_of(instance: VnfInstance, recorded: Sequence[Resource], package: VnfPackage) -> World:
    """The world as it is recorded."""
    return World(
        instance=instance.model_dump(mode="json", exclude={"id", "tenant", "created_at"}),
        resources={
            row.key: Mark(uid=row.uid, content=_digest(row.model_dump(mode="json", exclude={"observed_at"})))
            for row in recorded
        },
        package=package.content.digest if package.content else None,
    )


def differences(before: World, now: World) -> tuple[str, ...]:
    """What has changed, a clause for each; empty where nothing has."""
    return (*_of_instance(before, now), *_of_resources(before, now))


def _of_instance(before: World, now: World) -> Iterator[str]:
    for name in sorted(before.instance.keys() | now.instance.keys()):
        was, has = before.instance.get(name), now.instance.get(name)
        if was == has:
            continue
        told = isinstance(was, str | None) and isinstance(has, str | None)
        yield f"its {name} is {has or 'not set'}, it was {was or 'not set'}" if told else f"its {name} has changed"
    if before.package != now.package:
        yield "its package has other content"


def _of_resources(before: World, now: World) -> Iterator[str]:
    for key in sorted(before.resources.keys() | now.resources.keys()):
        was, has = before.resources.get(key), now.resources.get(key)
        if was is None:
            yield f"{key} is recorded, it was not"
        elif has is None:
            yield f"{key} is not recorded any more"
        elif was.uid != has.uid:
            yield f"in {key} is another incarnation ({has.uid}, it was {was.uid})"
        elif was.content != has.content:
            yield f"{key} is recorded otherwise"


def _digest(content: dict[str, JsonValue]) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
