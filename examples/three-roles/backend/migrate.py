"""Makes the table; safe to run again."""

import os

import psycopg

with psycopg.connect(os.environ["DATABASE_URL"]) as database:
    database.execute(
        "CREATE TABLE IF NOT EXISTS temperature (place text NOT NULL, celsius float8 NOT NULL, at timestamptz DEFAULT now())"
    )
