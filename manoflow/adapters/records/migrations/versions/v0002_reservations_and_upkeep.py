"""What grants hold back, who keeps the record in step with Temporal, and what they found.

Revision 0002, on 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_json = sa.JSON(none_as_null=True)
_moment = sa.DateTime(timezone=True)
_counted = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _create_reservations()
    _create_leases()
    _create_reports()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("reports", "leases", "reservations"):
        op.drop_table(table)


def _create_reservations() -> None:
    op.create_table(
        "reservations",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("serial", _counted, nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("lcm_op_occ_id", sa.Uuid(), nullable=False),
        sa.Column("vnf_instance_id", sa.Uuid(), nullable=False),
        sa.Column("vim_connection_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("amounts", _json, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reserved_at", _moment, nullable=False),
        sa.Column("changed_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_reservations"),
    )
    op.create_index("ix_reservations_grant_id", "reservations", ["grant_id"])
    op.create_index("ix_reservations_vim_connection_id", "reservations", ["vim_connection_id"])
    op.create_index("uq_reservations_grant_id_key", "reservations", ["grant_id", "key"], unique=True)


def _create_leases() -> None:
    op.create_table(
        "leases",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", _moment, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", name="pk_leases"),
    )


def _create_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("serial", _counted, nullable=False),
        sa.Column("anomaly", sa.String(), nullable=False),
        sa.Column("vnf_instance_id", sa.Uuid(), nullable=False),
        sa.Column("lcm_op_occ_id", sa.Uuid(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("since", _moment, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_reports"),
    )
    op.create_index("uq_reports_anomaly_lcm_op_occ_id", "reports", ["anomaly", "lcm_op_occ_id"], unique=True)
