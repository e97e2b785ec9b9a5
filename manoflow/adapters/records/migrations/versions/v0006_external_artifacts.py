"""How external artifacts of packages are got, encrypted.

Revision 0006, on 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "ext_artifacts_access",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("serial", _serial, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sealed_access", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_ext_artifacts_access"),
        sa.UniqueConstraint("id", name="uq_ext_artifacts_access_id"),
        sa.ForeignKeyConstraint(["id"], ["vnf_packages.id"], name="fk_ext_artifacts_access_id"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("ext_artifacts_access")
