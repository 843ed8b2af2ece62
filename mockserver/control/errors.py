"""Errors of the control API: ``{"error": {"message", "hint"?, "path"?}}``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockserver.documents.problems import AND_MORE, DocumentError, Problem, suggestion
from mockserver.exchange import Response, json_response


class CallRefused(Exception):
    """A control call is refused. ``hint`` says how to correct it, ``path`` which part of the input is wrong.

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
        """Return the HTTP response."""
        return json_response(self.status, self.body, *self.headers)


def error_body(message: str, hint: str | None = None, path: str | None = None) -> dict[str, str]:
    """Return the ``error`` of a body, without members that are None."""
    parts = {"message": message, "hint": hint, "path": path}
    return {key: part for key, part in parts.items() if part}


def not_found(what: str, name: object, known: Iterable[object] = ()) -> CallRefused:
    """Return a 404 that suggests the nearest existing name."""
    return CallRefused(404, f"there is no {what} {name}", hint=suggestion(str(name), map(str, known)))


def invalid(error: DocumentError, *, lines: bool = False) -> CallRefused:
    """Return a 422 with all problems of a document, with their line numbers if ``lines``."""
    bodies = [_problem_body(problem, problem.line if lines else None) for problem in error.problems]
    if error.more:
        bodies.append(error_body(AND_MORE))
    told = CallRefused(422, "invalid", more={"problems": bodies} if len(bodies) > 1 else None)
    told.body["error"] = bodies[0]
    return told


def _problem_body(problem: Problem, line: int | None) -> dict[str, str]:
    place = f"line {line}: " * (line is not None) + f"{problem.key or 'the body'}: "
    found = f"found {problem.found}, " if problem.found else ""
    return error_body(f"{place}{found}expected {problem.expected}", problem.hint, problem.key)
