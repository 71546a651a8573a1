"""Waiting longer after each failure, so that a service coming back is not trampled."""

import asyncio
from random import uniform


class Backoff:
    def __init__(self, first_seconds: float = 0.2, longest_seconds: float = 5.0) -> None:
        self._first = first_seconds
        self._longest = longest_seconds
        self._next = first_seconds

    async def wait(self) -> None:
        # The random part keeps replicas from coming back in step.
        await asyncio.sleep(self._next * uniform(0.7, 1.0))  # noqa: S311 -- no secret
        self._next = min(self._next * 2, self._longest)

    def reset(self) -> None:
        self._next = self._first
