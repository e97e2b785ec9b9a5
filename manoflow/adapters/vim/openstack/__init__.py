"""The OpenStack VIM, through openstacksdk: Nova, Neutron, Cinder and Glance of one project.

One file for each kind of resource says what its calls are; `kinds` holds what they share, `cloud` runs the blocking
SDK in threads, `errors` translates what it raises, `tags` writes and reads the marks by which everything is found
again, and `credentials` turns a VIM connection into the SDK's arguments. Nothing here waits, retries or decides:
that is `activities.converging`.
"""

from manoflow.adapters.vim.openstack.credentials import from_clouds_yaml
from manoflow.adapters.vim.openstack.driver import connect

__all__ = ["connect", "from_clouds_yaml"]
