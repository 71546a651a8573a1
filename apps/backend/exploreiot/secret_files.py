"""`NAME_FILE`: a setting kept in a file, so that a secret is in no environment listing."""

import os
from collections.abc import Iterable
from pathlib import Path

from exploreiot.errors import UserError


def read_environment(names: Iterable[str]) -> dict[str, str]:
    """The values that came from files; plain variables are read by the settings class."""
    values: dict[str, str] = {}
    problems: list[str] = []
    for name in names:
        variable = name.upper()
        path = os.environ.get(f"{variable}_FILE", "")
        if path == "":
            continue
        if os.environ.get(variable, "") != "":
            problems.append(f"{variable}: {variable} and {variable}_FILE are both set; set one")
            continue
        try:
            # Editors and `echo` end a file with a newline that is no part of the value.
            values[name] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8 text"
            problems.append(
                f"{variable}_FILE: cannot read {path!r}: {reason}; "
                "give the path of a file that uid "
                f"{os.getuid()} can read"
            )
    if problems:
        raise UserError("\n".join(problems))
    return values
