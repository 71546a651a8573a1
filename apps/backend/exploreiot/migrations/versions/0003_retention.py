"""Where retention got to, so that one run cannot drop more than the time since the last one."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE retention (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            horizon timestamptz,
            held text
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE retention")
