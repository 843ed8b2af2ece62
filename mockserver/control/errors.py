"""What the control API answers when something is wrong: ``{"error": {"message", "hint"?, "path"?}}``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mockserver.exchange import Response, json_response
from mockserver.scenarios.reading import suggestion


class ControlError(Exception):
    """A control call is refused. ``hint`` says how to mend it, ``path`` which part of the input is meant.

    ``more`` are further members of the body, beside ``error``.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        hint: str | None = None,
        path: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        more: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": error_body(message, hint, path)} | (more or {})
        self.headers = headers

    def response(self) -> Response:
        """Return it over HTTP."""
        return json_response(self.status, self.body, *self.headers)


def error_body(message: str, hint: str | None = None, path: str | None = None) -> dict[str, str]:
    """Return the ``error`` of a body, without what there is not."""
    parts = {"message": message, "hint": hint, "path": path}
    return {key: part for key, part in parts.items() if part}


def not_found(what: str, name: object, known: Iterable[object] = ()) -> ControlError:
    """Return a 404 that names the nearest that exists."""
    return ControlError(404, f"there is no {what} {name}", hint=suggestion(str(name), map(str, known)))


def invalid(problems: Sequence[Any]) -> ControlError:
    """Return a 422 of problems that have a ``key``, ``found``, ``expected`` and perhaps a ``hint``; all are told."""
    errors = [
        error_body(
            f"{problem.key or 'the body'}: found {problem.found}, expected {problem.expected}",
            getattr(problem, "hint", None),
            problem.key,
        )
        for problem in problems
    ]
    error = ControlError(422, "invalid", more={"problems": errors} if len(errors) > 1 else None)
    error.body["error"] = errors[0]
    return error
