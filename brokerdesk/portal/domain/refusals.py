"""A request that is refused as a whole: a problem code of `wire.problems` with the members that go with it."""

from __future__ import annotations

from brokerdesk.wire.problems import PROBLEMS


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault
    """Ends a request with a problem document; whatever the transaction wrote is rolled back."""

    def __init__(self, code: str, *, retry_after: int | None = None, **members: object) -> None:
        """`members` become members of the problem document. Raises `KeyError` for an undeclared code."""
        super().__init__(code)
        self.problem = PROBLEMS[code]
        self.retry_after = retry_after
        self.members = members
