"""What networks and ports share: marks in a service that takes no tags in the call that creates.

The description is written by the creating call and can be filtered by equality, so it holds the uid; tags follow in
a second call. Whatever lacks them is HALF_MADE: found by its uid, and finished. (Neutron's extension
``tag-creation`` concerns a later call that adds several tags, not the creation of the resource.)
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from openstack.connection import Connection
from openstack.network.v2.network import Network
from openstack.network.v2.port import Port

from manoflow.adapters.vim.openstack.tags import UID, VNF, Marks, Tag, tags_of, uid_tag
from manoflow.domain.cloud import NewResource


def query(sdk: Connection, tag: Tag | None) -> dict[str, str]:
    """Filters of a list call. An administrator sees every project; ours is the one logged in to."""
    asked = {"project_id": str(sdk.current_project_id)}
    if tag is None:
        return asked
    if tag.name == UID:
        return {**asked, "description": str(tag)}
    return {**asked, "tags": str(tag)}


def query_all(sdk: Connection, uids: Iterable[UUID]) -> dict[str, Any]:
    """Filters that show what bears any of the uids."""
    return {**query(sdk, None), "description": [str(uid_tag(uid)) for uid in uids]}


def denies(sdk: Connection) -> bool:
    """Whether the API process that answers shows nothing of what is there.

    So it does for seconds after its start: while one of its threads loads the policies, the others find no rule that
    would let anybody see or do anything. Lists are empty then, whatever is asked for by its id is 404, and creating is
    403. Every project has a security group, the default one; where not even that is shown, nothing is to be believed.
    """
    return not any(sdk.network.security_groups(project_id=str(sdk.current_project_id)))


def identity(new: NewResource) -> dict[str, str]:
    """What the creating call writes."""
    return {"name": new.name, "description": str(uid_tag(new.uid))}


def marks_of(found: Network | Port) -> Marks:
    """The marks in the tags and the description."""
    return Marks.read([*found.tags, found.description or ""])


def mark(sdk: Connection, made: Network | Port, new: NewResource, further: Iterable[Tag] = ()) -> None:
    """Add the tags, unless they are there."""
    wanted = {str(tag) for tag in (*tags_of(new), *further)}
    if not wanted <= set(made.tags):
        sdk.network.set_tags(made, sorted(wanted | set(made.tags)))


def is_marked(found: Network | Port) -> bool:
    """Whether the second call was made as well."""
    return VNF in Marks.read(found.tags)
