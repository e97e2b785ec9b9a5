"""The tables: names and types of what is recorded, one group per part of the port `manoflow.ports.records`.

Columns are named like the fields of the domain model they hold, so `rows` can turn one into the other. Scalars have
columns of their own; JSON holds what ETSI or a planner defines as a structure. Every table carries the tenant, and
`engine` filters by it. A change here needs a migration in `migrations/versions`; a test compares the two.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, Integer, Named, String, Table, Text, Uuid, literal_column

from manoflow.adapters.records.columns import Json, Listed, OfTenant, Serial, UtcDateTime, metadata
from manoflow.domain.lcm import FINAL_STATES
from manoflow.domain.packages import OnboardingState


class _Packages(Listed):
    id: Named[UUID] = Column(Uuid, unique=True)
    onboarding_state: Named[str]
    operational_state: Named[str]
    vnfd_id: Named[str | None]
    content: Named[Any] = Column(Json, nullable=True)
    user_defined_data: Named[Any] = Column(Json, nullable=False)
    upload: Named[Any] = Column(Json, nullable=True)
    failure: Named[Any] = Column(Json, nullable=True)
    created_at: Named[datetime] = Column(UtcDateTime, nullable=False)
    sealed_source: Named[str | None] = Column(Text, nullable=True)


packages = Table("vnf_packages", metadata, _Packages)

is_onboarded = packages.c.onboarding_state == literal_column(f"'{OnboardingState.ONBOARDED}'")
"""The condition under which a package is the one that holds its VNFD."""
Index(
    "uq_vnf_packages_onboarded_vnfd_id",
    packages.c.tenant,
    packages.c.vnfd_id,
    unique=True,
    sqlite_where=is_onboarded,
    postgresql_where=is_onboarded,
)


class _Instances(Listed):
    id: Named[UUID] = Column(Uuid, unique=True)
    vnf_instance_name: Named[str | None]
    vnf_instance_description: Named[str | None]
    vnfd_id: Named[str]
    vnf_pkg_id: Named[UUID] = Column(Uuid, ForeignKey("vnf_packages.id"), index=True)
    vnf_provider: Named[str]
    vnf_product_name: Named[str]
    vnf_software_version: Named[str]
    vnfd_version: Named[str]
    instantiation_state: Named[str]
    state: Named[Any] = Column(Json, nullable=True)
    vim_connection_info: Named[Any] = Column(Json, nullable=False)
    extensions: Named[Any] = Column(Json, nullable=False)
    vnf_configurable_properties: Named[Any] = Column(Json, nullable=False)
    metadata: Named[Any] = Column(Json, nullable=False)
    created_at: Named[datetime] = Column(UtcDateTime, nullable=False)


instances = Table("vnf_instances", metadata, _Instances)


class _Occurrences(Listed):
    id: Named[UUID] = Column(Uuid, unique=True)
    # No foreign key: occurrences outlive the identifier of their VNF instance.
    vnf_instance_id: Named[UUID] = Column(Uuid, index=True)
    vnfd_id: Named[str]
    operation: Named[str]
    workflow: Named[str]
    operation_state: Named[str]
    state_entered_time: Named[datetime] = Column(UtcDateTime, nullable=False)
    start_time: Named[datetime] = Column(UtcDateTime, nullable=False)
    is_automatic_invocation: Named[bool]
    is_cancel_pending: Named[bool]
    cancel_mode: Named[str | None]
    operation_params: Named[Any] = Column(Json, nullable=True)
    grant_id: Named[UUID | None]
    plan_id: Named[UUID | None]
    error: Named[Any] = Column(Json, nullable=True)
    verdict_id: Named[UUID | None]
    point_of_no_return: Named[str | None]
    first_execution_run_id: Named[str | None]
    rev: Named[int]
    projection_digest: Named[str | None] = Column(String(64))
    principal: Named[str | None]


occurrences = Table("vnf_lcm_op_occs", metadata, _Occurrences)

# Literals, not parameters: SQLite uses a partial index only for a condition that it can read.
is_open = occurrences.c.operation_state.not_in([literal_column(f"'{state}'") for state in sorted(FINAL_STATES)])
"""The condition under which an occurrence holds its VNF instance."""
Index(
    "uq_vnf_lcm_op_occs_open_vnf_instance_id",
    occurrences.c.vnf_instance_id,
    unique=True,
    sqlite_where=is_open,
    postgresql_where=is_open,
)


class _Journal(Listed):
    lcm_op_occ_id: Named[UUID] = Column(Uuid, ForeignKey("vnf_lcm_op_occs.id"))
    key: Named[str]
    build_id: Named[UUID | None]
    action: Named[str | None]
    kind: Named[str | None]
    step_key: Named[str | None]
    value: Named[Any] = Column(Json, nullable=True)
    resource: Named[Any] = Column(Json, nullable=True)


journal = Table("lcm_op_occ_journal", metadata, _Journal)
Index("uq_lcm_op_occ_journal_key", journal.c.lcm_op_occ_id, journal.c.key, unique=True)


class _Resources(OfTenant):
    # Images are shared: a row for each VNF instance that uses one.
    uid: Named[UUID] = Column(Uuid, primary_key=True)
    vnf_instance_id: Named[UUID] = Column(Uuid, ForeignKey("vnf_instances.id"), primary_key=True, index=True)
    key: Named[str]
    kind: Named[str]
    lcm_op_occ_id: Named[UUID]
    vim_connection_id: Named[str] = Column(String, index=True)
    vim_id: Named[str]
    element: Named[Any] = Column(Json, nullable=False)
    observed: Named[Any] = Column(Json, nullable=False)
    observed_at: Named[datetime] = Column(UtcDateTime, nullable=False)


resources = Table("resources", metadata, _Resources)


class _Notifications(OfTenant):
    sequence: Named[int] = Column(Serial, primary_key=True)
    id: Named[UUID] = Column(Uuid, unique=True)
    vnf_instance_id: Named[UUID]
    lcm_op_occ_id: Named[UUID]
    rev: Named[int]
    notification_type: Named[str]
    notification_status: Named[str]
    body: Named[Any] = Column(Json, nullable=False)


# AUTOINCREMENT: a sequence is never given twice, also after delivered rows were deleted.
notifications = Table("notifications", metadata, _Notifications, sqlite_autoincrement=True)


class _OfOccurrence(OfTenant):
    id: Named[UUID] = Column(Uuid, primary_key=True)
    lcm_op_occ_id: Named[UUID] = Column(Uuid, ForeignKey("vnf_lcm_op_occs.id"), index=True)


class _Plans(_OfOccurrence):
    body: Named[Any] = Column(Json, nullable=False)


class _Grants(_OfOccurrence):
    released: Named[bool]
    body: Named[Any] = Column(Json, nullable=False)


class _Builds(_OfOccurrence):
    format: Named[int]


class _BuildSteps(OfTenant):
    build_id: Named[UUID] = Column(Uuid, ForeignKey("builds.id"), primary_key=True)
    position: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    action: Named[str]
    kind: Named[str]
    key: Named[str]
    step: Named[Any] = Column(Json, nullable=False)
    element: Named[Any] = Column(Json, nullable=False)
    before: Named[Any] = Column(Json, nullable=True)
    undo_class: Named[str]


plans = Table("plans", metadata, _Plans)
grants = Table("grants", metadata, _Grants)
builds = Table("builds", metadata, _Builds)
build_steps = Table("build_steps", metadata, _BuildSteps)
Index("uq_build_steps_key", build_steps.c.build_id, build_steps.c.action, build_steps.c.key, unique=True)


class _Proposals(Listed):
    id: Named[UUID] = Column(Uuid, unique=True)
    # No foreign keys: of the occurrence there may never be one, and a proposal goes when it has expired.
    lcm_op_occ_id: Named[UUID]
    vnf_instance_id: Named[UUID]
    expires_at: Named[datetime] = Column(UtcDateTime, nullable=False, index=True)
    body: Named[Any] = Column(Json, nullable=False)


proposals = Table("proposals", metadata, _Proposals)


class _Vims(Listed):
    id: Named[str]
    vim_id: Named[str]
    driver: Named[str]
    is_default: Named[bool]
    interface_info: Named[Any] = Column(Json, nullable=False)
    extra: Named[Any] = Column(Json, nullable=False)
    created_at: Named[datetime] = Column(UtcDateTime, nullable=False)
    sealed_connection: Named[str] = Column(Text)
    revision: Named[str]


vims = Table("vims", metadata, _Vims)
Index("uq_vims_id", vims.c.tenant, vims.c.id, unique=True)

is_the_default = vims.c.is_default == literal_column("true")
"""The condition under which a VIM is used where a request names none."""
Index("uq_vims_default", vims.c.tenant, unique=True, sqlite_where=is_the_default, postgresql_where=is_the_default)


class _VimImages(OfTenant):
    uid: Named[UUID] = Column(Uuid, primary_key=True)
    vim_connection_id: Named[str] = Column(String, index=True)
    digest: Named[str] = Column(String(64))
    doomed: Named[bool]


class _ImageUses(OfTenant):
    uid: Named[UUID] = Column(Uuid, ForeignKey("vim_images.uid"), primary_key=True)
    vnf_instance_id: Named[UUID] = Column(Uuid, primary_key=True, index=True)


vim_images = Table("vim_images", metadata, _VimImages)
image_uses = Table("image_uses", metadata, _ImageUses)


class _Reservations(Listed):
    grant_id: Named[UUID] = Column(Uuid, index=True)
    lcm_op_occ_id: Named[UUID]
    vnf_instance_id: Named[UUID]
    vim_connection_id: Named[str] = Column(String, index=True)
    key: Named[str]
    amounts: Named[Any] = Column(Json, nullable=False)
    state: Named[str]
    reserved_at: Named[datetime] = Column(UtcDateTime, nullable=False)
    changed_at: Named[datetime] = Column(UtcDateTime, nullable=False)


reservations = Table("reservations", metadata, _Reservations)
Index("uq_reservations_grant_id_key", reservations.c.grant_id, reservations.c.key, unique=True)


class _Leases(OfTenant):
    tenant: Named[str] = Column(String, primary_key=True)
    name: Named[str] = Column(String, primary_key=True)
    holder: Named[str]
    until: Named[datetime] = Column(UtcDateTime, nullable=False)


leases = Table("leases", metadata, _Leases)


class _Reports(Listed):
    anomaly: Named[str]
    vnf_instance_id: Named[UUID]
    lcm_op_occ_id: Named[UUID]
    detail: Named[str] = Column(Text)
    since: Named[datetime] = Column(UtcDateTime, nullable=False)


reports = Table("reports", metadata, _Reports)
Index("uq_reports_anomaly_lcm_op_occ_id", reports.c.anomaly, reports.c.lcm_op_occ_id, unique=True)
