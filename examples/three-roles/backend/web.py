"""Answers what is stored and what is averaged."""

import os

import psycopg
import redis
from fastapi import FastAPI

app = FastAPI(title="plant")
cache = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/temperatures/{place}")
def temperatures(place: str) -> dict[str, object]:
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        rows = database.execute("SELECT celsius FROM temperature WHERE place = %s ORDER BY at DESC", (place,)).fetchall()
    average = cache.get(f"{os.environ['KEY_PREFIX']}{place}")
    return {"celsius": [row[0] for row in rows], "average": average and float(average)}
