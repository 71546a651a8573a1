"""Keeps the average of each place in Redis."""

import os
import time
from pathlib import Path

import psycopg
import redis

cache = redis.Redis.from_url(os.environ["REDIS_URL"])
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
    while True:
        for place, average in database.execute("SELECT place, avg(celsius) FROM temperature GROUP BY place"):
            cache.set(f"{os.environ['KEY_PREFIX']}{place}", average)
        Path("/tmp/connected").touch()
        time.sleep(1)
