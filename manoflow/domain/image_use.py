"""The use of an image that Manoflow put into a VIM: shared by VNF instances, removed with the last of them.

An image has a uid for as long as anybody uses it. Who comes while it is used joins it; who comes when the last user has
left, even if the VIM still has it, begins with a new uid. So nobody relies on what somebody else is just removing.
"""

from uuid import UUID

from manoflow.domain.base import Model


class ImageUse(Model):
    """A VNF instance's wish to use an image."""

    vim_connection_id: str
    digest: str
    """SHA-256 of its content, in hex."""
    uid: UUID
    """Under which it is made if nobody uses one of that content yet."""
    vnf_instance_id: UUID
