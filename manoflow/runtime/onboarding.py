"""What a worker takes packages in with: the way out, and a reader that is loaded when the first package comes.

`manoflow.runtime.reading` brings the TOSCA parser with it, some 50 MiB that a worker without packages need not hold.
"""

import importlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import structlog

from activities.onboarding import PackagePorts
from manoflow.adapters.outbound.downloads import Downloads
from manoflow.domain.errors import InvalidInputError, ManoError, PermanentError
from manoflow.domain.package_security import PackagePolicy
from manoflow.domain.packages import PackageContent
from manoflow.runtime.outbound import OutboundSettings
from manoflow.runtime.package_policy import PackageSettings

log = structlog.stdlib.get_logger(__name__)


def package_ports(packages: PackageSettings, outbound: OutboundSettings) -> PackagePorts:
    """As the settings say. Raises `InvalidInputError` where certificates of servers cannot be used."""
    policy = PackagePolicy(usable=frozenset(packages.enable_states))
    return PackagePorts(Downloads(outbound.policy, outbound.ca_file), _Reader(packages), policy)


class _Reader:
    """The reader under the settings."""

    def __init__(self, settings: PackageSettings) -> None:
        self._settings = settings

    def __call__(self, path: Path) -> PackageContent:
        """Read a package. A bug that it meets in there ends this upload: it would meet it again."""
        try:
            return self._loaded(path)
        except ManoError:
            raise
        except Exception as error:
            log.exception("the reader of packages has met a bug")
            message = "cannot read the package: an internal error, see the worker's log"
            raise PermanentError(message) from error

    @cached_property
    def _loaded(self) -> Callable[[Path], PackageContent]:
        reading = importlib.import_module("manoflow.runtime.reading")
        try:
            reader: Callable[[Path], PackageContent] = reading.reader(self._settings)
        except InvalidInputError as error:
            raise PermanentError(error.message) from error  # It is not the package's fault.
        return reader
