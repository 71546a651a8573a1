"""Commands: `python -m exploreiot api | ingest | migrate | retention [--allow]`."""

import gc
import sys
from collections.abc import Callable
from functools import partial

from exploreiot.errors import UserError
from exploreiot.settings import Settings, load_settings


def main(argv: list[str]) -> int:
    """Exit codes: 0 done, 1 a problem the operator can fix (one line each, no stack)."""
    try:
        command = _command(argv)
        _spare_the_garbage_collector()
        command(load_settings(argv[0]))
    except UserError as error:
        for line in str(error).splitlines():
            print(f"exploreiot: {line}", file=sys.stderr)
        return 1
    return 0


def _spare_the_garbage_collector() -> None:
    """Objects that libraries made at import live as long as the process. Walking them again
    and again took half of the time that reading a message takes."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _command(argv: list[str]) -> Callable[[Settings], None]:
    # Imported late: `migrate` needs no web server, and the server no migration tool.
    match argv:
        case ["api"]:
            from exploreiot.api.main import run
        case ["ingest"]:
            from exploreiot.ingest.main import run
        case ["migrate"]:
            from exploreiot.migrate import run
        case ["retention"] | ["retention", "--allow"]:
            from exploreiot.maintain import run as by_hand

            run = partial(by_hand, allowed=len(argv) == 2)
        case _:
            allowed = "api, ingest, migrate, retention, retention --allow"
            raise UserError(f"unknown command {' '.join(argv)!r}; allowed: {allowed}")
    return run


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
