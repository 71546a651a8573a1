"""The few kinds of expected failure. Anything else is a bug and keeps its stack."""


class UserError(Exception):
    """The operator has to change something; the message says what."""


class Unavailable(Exception):
    """A service this process depends on does not answer now."""

    def __init__(self, dependency: str, reason: str) -> None:
        super().__init__(f"{dependency} is unavailable: {reason}")
        self.dependency = dependency


class BadReading(Exception):
    """A reading that cannot be accepted; `details` says which field and why."""

    def __init__(self, details: list[dict[str, str]]) -> None:
        super().__init__("; ".join(f"{detail['champ']}: {detail['message']}" for detail in details))
        self.details = details
