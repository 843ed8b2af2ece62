"""A host without a server: it waits for held requests on the test's own thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mockserver.exchange import Response, Wait
from tests.callers import body_of


@dataclass
class Host:
    """Delivers responses as they come: ``answered`` are (name, response) in that order."""

    waiting: dict[str, Wait] = field(default_factory=dict)
    answered: list[tuple[str, Response]] = field(default_factory=list)

    def take(self, name: str, response: Response) -> None:
        """Take the response to a request, and deliver whatever can be delivered now."""
        self._settle(name, response)
        self.go_on()

    def go_on(self) -> None:
        """Ask for held requests until nothing moves any more."""
        while any(self._ask(name) for name in list(self.waiting)):
            pass

    def run_out(self, name: str) -> None:
        """Let the time of a held request's barrier be up."""
        self._settle(name, self.waiting[name].expired())
        self.go_on()

    @property
    def statuses(self) -> list[tuple[str, int]]:
        return [(name, response.status) for name, response in self.answered]

    @property
    def bodies(self) -> dict[str, Any]:
        return {name: body_of(response) for name, response in self.answered}

    def _ask(self, name: str) -> bool:
        found = self.waiting[name].poll()
        if found is not None:
            self._settle(name, found)
        return found is not None

    def _settle(self, name: str, response: Response) -> None:
        self.waiting.pop(name, None)
        while response.work is not None:
            response = response.work()
        if response.wait is not None:
            self.waiting[name] = response.wait
            return
        self.answered.append((name, response))
        if response.done is not None:
            response.done()
