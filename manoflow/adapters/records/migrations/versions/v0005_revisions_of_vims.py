"""Which connection of a VIM is the present one, so that running processes notice that it was changed.

Revision 0005, on 0004. What was registered before has the empty revision until it is changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("vims", sa.Column("revision", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("vims", "revision")
