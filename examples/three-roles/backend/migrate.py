"""Makes the table, and leaves each role what it needs of it; safe to run again."""

import os

import psycopg

with psycopg.connect(os.environ["DATABASE_URL"]) as database:
    database.execute(
        "CREATE TABLE IF NOT EXISTS temperature (place text NOT NULL, celsius float8 NOT NULL, at timestamptz DEFAULT now())"
    )
    readers, writers = os.environ["READERS"], os.environ["WRITERS"]
    database.execute(f"REVOKE INSERT, UPDATE, DELETE ON temperature FROM {readers}")
    database.execute(f"REVOKE UPDATE, DELETE ON temperature FROM {writers}")
