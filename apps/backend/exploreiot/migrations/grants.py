"""What the database users of `api` and `ingest` may do, said again at each `migrate`."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

_WEEK_IS_MADE = "EXECUTE ON FUNCTION ensure_readings_partition"
_WRITE_READINGS = (
    "SELECT, INSERT ON readings",
    "SELECT, INSERT, UPDATE ON sensors",
    _WEEK_IS_MADE,
)
# What /readyz and the page tell of the other role's work.
_READ_STATE = ("SELECT ON rejects", "SELECT ON retention")
API = (*_WRITE_READINGS, *_READ_STATE)
INGEST = (
    *_WRITE_READINGS,
    # Retention: of readings it drops whole weeks, of the rest it deletes rows.
    "EXECUTE ON FUNCTION drop_readings_partition",
    "DELETE ON sensors",
    "SELECT, INSERT, DELETE ON rejects",
    "SELECT, INSERT, UPDATE ON retention",
)

_TABLES = "readings, sensors, rejects, retention"
_FUNCTIONS = "ensure_readings_partition, drop_readings_partition"


def grant(connection: Connection, api: Iterable[str], ingest: Iterable[str]) -> None:
    """In the caller's transaction: nobody sees a moment without rights. Users that are not named
    keep nothing but what the owner gave them otherwise."""
    quote = connection.dialect.identifier_preparer.quote
    connection.execute(text(f"REVOKE ALL ON FUNCTION {_FUNCTIONS} FROM PUBLIC"))
    for users, rights in ((api, API), (ingest, INGEST)):
        for user in map(quote, users):
            connection.execute(text(f"REVOKE ALL ON {_TABLES} FROM {user}"))
            connection.execute(text(f"REVOKE ALL ON FUNCTION {_FUNCTIONS} FROM {user}"))
            for right in rights:
                connection.execute(text(f"GRANT {right} TO {user}"))
