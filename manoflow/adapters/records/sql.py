"""The whole record: the port `Records`, put together from its parts."""

from manoflow.adapters.records.content_uses import ContentUseRecords
from manoflow.adapters.records.engine import Database
from manoflow.adapters.records.external_access import ExternalAccessRecords
from manoflow.adapters.records.image_uses import ImageUseRecords
from manoflow.adapters.records.instances import InstanceRecords
from manoflow.adapters.records.occurrences import OccurrenceRecords
from manoflow.adapters.records.packages import PackageRecords
from manoflow.adapters.records.plans import PlanRecords
from manoflow.adapters.records.progress import ProgressRecords
from manoflow.adapters.records.projecting import ProjectionRecords
from manoflow.adapters.records.proposals import ProposalRecords
from manoflow.adapters.records.reservations import ReservationRecords
from manoflow.adapters.records.secrets import Keyring
from manoflow.adapters.records.tables import occurrences
from manoflow.adapters.records.upkeep import UpkeepRecords
from manoflow.adapters.records.vims import VimRecords
from manoflow.domain.vim import DEFAULT_TENANT
from manoflow.ports.records import Records


class SqlRecords(
    InstanceRecords,
    OccurrenceRecords,
    ProjectionRecords,
    ProgressRecords,
    PlanRecords,
    ProposalRecords,
    ReservationRecords,
    PackageRecords,
    ExternalAccessRecords,
    ContentUseRecords,
    VimRecords,
    ImageUseRecords,
    UpkeepRecords,
):
    """One tenant's record in one database."""

    async def check(self) -> None:
        """Reach the tables."""
        async with self._database.reading() as tx:
            await tx.row(occurrences)

    async def close(self) -> None:
        """Give back connections."""
        await self._database.close()


def open_records(url: str, keys: str, tenant: str = DEFAULT_TENANT) -> Records:
    """Open the record in a migrated database, e.g. ``sqlite:////var/lib/manoflow/records.db``.

    The first of `keys` encrypts credentials, all of them decrypt. Raises `InvalidInputError` for a URL or a key that
    cannot be used; whether the database answers is told by `check`. One event loop uses one record.
    """
    return SqlRecords(Database(url, tenant), Keyring(keys))
