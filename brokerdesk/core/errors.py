"""Errors speak in codes; only `ui` and the command line turn a code into a sentence.

`KnownError` is the user's or the environment's, `BugError` is ours. Every code is registered here with its parameters, so
that a test can walk the table and find a translated sentence for each.
"""

from __future__ import annotations

from dataclasses import dataclass

Parameter = str | int | None


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One registered error: its stable code and the names of the parameters its sentence uses."""

    code: str
    parameters: tuple[str, ...] = ()


_registry: dict[str, ErrorCode] = {}


def register(code: str, *parameters: str) -> str:
    """Declare an error code with its parameter names and return the code. Raises `ValueError` when it is taken."""
    if code in _registry:
        raise ValueError(f"error code {code} is registered twice")
    _registry[code] = ErrorCode(code, parameters)
    return code


def registered() -> dict[str, ErrorCode]:
    """Every declared error code; complete once all packages are imported."""
    return dict(_registry)


class DeskError(Exception):
    """An error with a stable code and parameters. Never holds personal data in its text."""

    def __init__(self, code: str, /, **parameters: Parameter) -> None:
        """Keep the code and its parameters; an undeclared code is a fault of the program."""
        known = _registry.get(code)
        if known is None or set(parameters) != set(known.parameters):
            raise ValueError(f"error {code} with parameters {sorted(parameters)} is not declared like this")
        super().__init__(code)
        self.code = code
        self.parameters = parameters


class KnownError(DeskError):
    """Caused by the user, the data or the environment; has a sentence and a way on."""


class BugError(DeskError):
    """Our own fault; shown with its code, reported without personal data."""


BUG = register("bug", "place")
"""Something happened that the program does not expect; `place` names the part of the program."""
