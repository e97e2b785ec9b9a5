"""The first record: packages, instances, occurrences and their effects, plans, VIMs.

Revision 0001, on nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_json = sa.JSON(none_as_null=True)
_moment = sa.DateTime(timezone=True)
_counted = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create all tables, those that are referred to first."""
    _create_packages()
    _create_instances()
    _create_occurrences()
    _create_journal()
    _create_resources()
    _create_images()
    _create_notifications()
    _create_plans()
    _create_builds()
    _create_vims()


def downgrade() -> None:
    """Drop all tables, those that refer to others first."""
    for table in (
        "vims",
        "build_steps",
        "builds",
        "grants",
        "plans",
        "notifications",
        "image_uses",
        "vim_images",
        "resources",
        "lcm_op_occ_journal",
        "vnf_lcm_op_occs",
        "vnf_instances",
        "vnf_packages",
    ):
        op.drop_table(table)


def _create_packages() -> None:
    op.create_table(
        "vnf_packages",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("serial", _counted, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("onboarding_state", sa.String(), nullable=False),
        sa.Column("operational_state", sa.String(), nullable=False),
        sa.Column("vnfd_id", sa.String()),
        sa.Column("content", _json),
        sa.Column("user_defined_data", _json, nullable=False),
        sa.Column("failure", _json),
        sa.Column("created_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_vnf_packages"),
        sa.UniqueConstraint("id", name="uq_vnf_packages_id"),
    )
    _create_partial_index(
        "uq_vnf_packages_onboarded_vnfd_id",
        "vnf_packages",
        ["tenant", "vnfd_id"],
        "onboarding_state = 'ONBOARDED'",
    )


def _create_instances() -> None:
    op.create_table(
        "vnf_instances",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("serial", _counted, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vnf_instance_name", sa.String()),
        sa.Column("vnf_instance_description", sa.String()),
        sa.Column("vnfd_id", sa.String(), nullable=False),
        sa.Column("vnf_pkg_id", sa.Uuid(), nullable=False),
        sa.Column("vnf_provider", sa.String(), nullable=False),
        sa.Column("vnf_product_name", sa.String(), nullable=False),
        sa.Column("vnf_software_version", sa.String(), nullable=False),
        sa.Column("vnfd_version", sa.String(), nullable=False),
        sa.Column("instantiation_state", sa.String(), nullable=False),
        sa.Column("state", _json),
        sa.Column("vim_connection_info", _json, nullable=False),
        sa.Column("extensions", _json, nullable=False),
        sa.Column("vnf_configurable_properties", _json, nullable=False),
        sa.Column("metadata", _json, nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_vnf_instances"),
        sa.UniqueConstraint("id", name="uq_vnf_instances_id"),
        sa.ForeignKeyConstraint(["vnf_pkg_id"], ["vnf_packages.id"], name="fk_vnf_instances_vnf_pkg_id"),
    )
    op.create_index("ix_vnf_instances_vnf_pkg_id", "vnf_instances", ["vnf_pkg_id"])


def _create_occurrences() -> None:
    op.create_table(
        "vnf_lcm_op_occs",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("serial", _counted, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vnf_instance_id", sa.Uuid(), nullable=False),
        sa.Column("vnfd_id", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("workflow", sa.String(), nullable=False),
        sa.Column("operation_state", sa.String(), nullable=False),
        sa.Column("state_entered_time", _moment, nullable=False),
        sa.Column("start_time", _moment, nullable=False),
        sa.Column("is_automatic_invocation", sa.Boolean(), nullable=False),
        sa.Column("is_cancel_pending", sa.Boolean(), nullable=False),
        sa.Column("cancel_mode", sa.String()),
        sa.Column("operation_params", _json),
        sa.Column("grant_id", sa.Uuid()),
        sa.Column("plan_id", sa.Uuid()),
        sa.Column("error", _json),
        sa.Column("verdict_id", sa.Uuid()),
        sa.Column("point_of_no_return", sa.String()),
        sa.Column("first_execution_run_id", sa.String()),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("projection_digest", sa.String(64)),
        sa.Column("principal", sa.String()),
        sa.PrimaryKeyConstraint("serial", name="pk_vnf_lcm_op_occs"),
        sa.UniqueConstraint("id", name="uq_vnf_lcm_op_occs_id"),
    )
    op.create_index("ix_vnf_lcm_op_occs_vnf_instance_id", "vnf_lcm_op_occs", ["vnf_instance_id"])
    _create_partial_index(
        "uq_vnf_lcm_op_occs_open_vnf_instance_id",
        "vnf_lcm_op_occs",
        ["vnf_instance_id"],
        "(operation_state NOT IN ('COMPLETED', 'FAILED', 'ROLLED_BACK'))",
    )


def _create_journal() -> None:
    op.create_table(
        "lcm_op_occ_journal",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("serial", _counted, nullable=False),
        sa.Column("lcm_op_occ_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("build_id", sa.Uuid()),
        sa.Column("action", sa.String()),
        sa.Column("kind", sa.String()),
        sa.Column("step_key", sa.String()),
        sa.Column("value", _json),
        sa.Column("resource", _json),
        sa.PrimaryKeyConstraint("serial", name="pk_lcm_op_occ_journal"),
        _of_occurrence("lcm_op_occ_journal"),
    )
    op.create_index("uq_lcm_op_occ_journal_key", "lcm_op_occ_journal", ["lcm_op_occ_id", "key"], unique=True)


def _create_resources() -> None:
    op.create_table(
        "resources",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("vnf_instance_id", sa.Uuid(), nullable=False),
        sa.Column("lcm_op_occ_id", sa.Uuid(), nullable=False),
        sa.Column("vim_connection_id", sa.String(), nullable=False),
        sa.Column("vim_id", sa.String(), nullable=False),
        sa.Column("element", _json, nullable=False),
        sa.Column("observed", _json, nullable=False),
        sa.Column("observed_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("uid", "vnf_instance_id", name="pk_resources"),
        sa.ForeignKeyConstraint(["vnf_instance_id"], ["vnf_instances.id"], name="fk_resources_vnf_instance_id"),
    )
    op.create_index("ix_resources_vnf_instance_id", "resources", ["vnf_instance_id"])
    op.create_index("ix_resources_vim_connection_id", "resources", ["vim_connection_id"])


def _create_images() -> None:
    op.create_table(
        "vim_images",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("vim_connection_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("doomed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("uid", name="pk_vim_images"),
    )
    op.create_index("ix_vim_images_vim_connection_id", "vim_images", ["vim_connection_id"])
    op.create_table(
        "image_uses",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("vnf_instance_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("uid", "vnf_instance_id", name="pk_image_uses"),
        sa.ForeignKeyConstraint(["uid"], ["vim_images.uid"], name="fk_image_uses_uid"),
    )
    op.create_index("ix_image_uses_vnf_instance_id", "image_uses", ["vnf_instance_id"])


def _create_notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("sequence", _counted, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vnf_instance_id", sa.Uuid(), nullable=False),
        sa.Column("lcm_op_occ_id", sa.Uuid(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("notification_type", sa.String(), nullable=False),
        sa.Column("notification_status", sa.String(), nullable=False),
        sa.Column("body", _json, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_notifications"),
        sa.UniqueConstraint("id", name="uq_notifications_id"),
        sqlite_autoincrement=True,
    )


def _create_plans() -> None:
    released: sa.Column[bool] = sa.Column("released", sa.Boolean(), nullable=False)
    for table, more in (("plans", ()), ("grants", (released,))):
        op.create_table(
            table,
            sa.Column("tenant", sa.String(), nullable=False),
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("lcm_op_occ_id", sa.Uuid(), nullable=False),
            *more,
            sa.Column("body", _json, nullable=False),
            sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
            _of_occurrence(table),
        )
        op.create_index(f"ix_{table}_lcm_op_occ_id", table, ["lcm_op_occ_id"])


def _create_builds() -> None:
    op.create_table(
        "builds",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lcm_op_occ_id", sa.Uuid(), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_builds"),
        _of_occurrence("builds"),
    )
    op.create_index("ix_builds_lcm_op_occ_id", "builds", ["lcm_op_occ_id"])
    op.create_table(
        "build_steps",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("build_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("step", _json, nullable=False),
        sa.Column("element", _json, nullable=False),
        sa.Column("before", _json),
        sa.Column("undo_class", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("build_id", "position", name="pk_build_steps"),
        sa.ForeignKeyConstraint(["build_id"], ["builds.id"], name="fk_build_steps_build_id"),
    )
    op.create_index("uq_build_steps_key", "build_steps", ["build_id", "action", "key"], unique=True)


def _create_vims() -> None:
    op.create_table(
        "vims",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("serial", _counted, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("vim_id", sa.String(), nullable=False),
        sa.Column("driver", sa.String(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("interface_info", _json, nullable=False),
        sa.Column("extra", _json, nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("sealed_connection", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_vims"),
    )
    op.create_index("uq_vims_id", "vims", ["tenant", "id"], unique=True)
    _create_partial_index("uq_vims_default", "vims", ["tenant"], "is_default = true")


def _of_occurrence(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["lcm_op_occ_id"], ["vnf_lcm_op_occs.id"], name=f"fk_{table}_lcm_op_occ_id")


def _create_partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)
