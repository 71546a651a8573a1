"""Devices by their last will: who is online, and since when."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE devices (
            device text PRIMARY KEY,
            online boolean NOT NULL,
            since timestamptz NOT NULL DEFAULT now()
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE devices")
