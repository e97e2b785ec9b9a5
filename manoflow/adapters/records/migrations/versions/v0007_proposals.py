"""What operations would do, for whoever executes it.

Revision 0007, on 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "proposals",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("serial", _serial, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lcm_op_occ_id", sa.Uuid(), nullable=False),
        sa.Column("vnf_instance_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_proposals"),
        sa.UniqueConstraint("id", name="uq_proposals_id"),
    )
    op.create_index("ix_proposals_expires_at", "proposals", ["expires_at"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("proposals")
