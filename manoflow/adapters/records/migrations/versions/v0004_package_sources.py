"""Where the content of a package is fetched, encrypted, for as long as that takes.

Revision 0004, on 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("vnf_packages", sa.Column("sealed_source", sa.Text()))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("vnf_packages", "sealed_source")
