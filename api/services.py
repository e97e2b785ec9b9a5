"""What the API is given to work with: ports and settings, injected once by the composition root.

`api.app.create_app` puts the `Services` on the application; routes take them by the dependency `Injected`.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.links import Links
from manoflow.domain.outbound import CLOSED, OutboundPolicy
from manoflow.domain.package_security import DEFAULT_POLICY, PackagePolicy
from manoflow.ports.artifacts import Artifacts
from manoflow.ports.callers import Callers
from manoflow.ports.execution import Execution
from manoflow.ports.granting import Granting
from manoflow.ports.outbound import Outbound
from manoflow.ports.records import Records
from manoflow.ports.vim import Vims
from manoflow.upkeep.starter import Starter


@dataclass(frozen=True)
class Services:
    """Everything outside the API that it talks to."""

    records: Records
    execution: Execution
    artifacts: Artifacts
    vims: Vims
    granting: Granting
    """Asked for forecasts only: grants are asked for by the workers."""
    drivers: frozenset[str]
    """Names of the VIM drivers that are installed."""
    public_url: str
    """What every link begins with, e.g. ``http://127.0.0.1:8080``."""
    outbound: OutboundPolicy = CLOSED
    """Where URIs in requests may lead."""
    downloads: Outbound | None = None
    """Fetches what is outside of packages. None: nobody does."""
    package_policy: PackagePolicy = DEFAULT_POLICY
    """Which packages may be enabled."""
    callers: Callers | None = None
    """Who knows the callers. None: nobody is asked who it is."""

    @property
    def links(self) -> Links:
        """The URLs of our resources."""
        return Links(self.public_url)

    @property
    def starter(self) -> Starter:
        """Starts what is admitted."""
        return Starter(self.execution)


def services_of(request: Request) -> Services:
    """The services of the application that serves a request."""
    services: Services = request.app.state.services
    return services


Injected = Annotated[Services, Depends(services_of)]
