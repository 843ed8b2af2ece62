"""The table of operations: one row for each documented action, which may have several paths.

It feeds routing, permits, scenarios, the journal, metrics, OpenAPI and the console. To add an operation, decorate one
function with ``@operation(...)`` in a resource module; ``table.py`` collects them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct, field

from mockserver.errors import REFUSALS
from mockserver.revisions import REVISIONS, Revision, ViewerKind

MemberContext = Literal["me", "member_id", "guest"]
View = Callable[[Any], Any]
"""Takes a request's context; returns a value that the schema of ``Operation.response`` writes, or a ``Response``."""


class Operation(Struct, frozen=True, kw_only=True):
    """One documented action.

    ``path``, ``also`` and ``aliases`` stand below ``/v3/{slug}``; ``{context}`` in them is one of ``contexts``. ``also`` are
    further documented paths, by what their ``operationId`` ends in. ``document`` describes it, another one
    (``later_documents``) in some revisions. ``only`` names the revisions that have it, and so those based on them; none named
    are all. ``permits`` maps a member context (or ``""`` where there is none) to the permits of which one is needed. ``query``
    and ``payload`` name their schemas (``schemas/named.py``), ``other_queries`` that of a viewer who has another one;
    ``answer`` names the model that is answered. ``lasting`` says that an answer which changed nothing holds until something
    changes that its viewer can see, or the next moment of the timeline.
    """

    name: str
    method: str
    path: str
    view: View
    summary: str
    document: str
    later_documents: Mapping[str, str] = field(default_factory=dict)
    contexts: tuple[MemberContext, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    also: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    permits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    query: str | None = None
    other_queries: Mapping[ViewerKind, str] = field(default_factory=dict)
    payload: str | None = None
    multipart: bool = False
    needs_offers_api: bool = True
    scoped: bool = False
    preview: bool = False
    response: str = "Empty"
    refusals: tuple[str, ...] = ()
    writes: bool = False
    lasting: bool = False

    def contexts_in(self, revision: Revision) -> tuple[MemberContext, ...]:
        """Return its member contexts in a revision."""
        return tuple(context for context in self.contexts if context in revision.contexts)

    def permits_in(self, revision: Revision) -> dict[str, tuple[str, ...]]:
        """Return the permits by member context in a revision."""
        return {each: permits for each, permits in self.permits.items() if not each or each in revision.contexts}

    def refusals_in(self, revision: Revision) -> tuple[str, ...]:
        """Return its own refusals in a revision."""
        return tuple(each for each in self.refusals if each not in revision.absent_refusals)

    def source(self, revision: Revision) -> str:
        """Return the document that describes it in a revision, or those of all united revisions."""
        own = (self.later_documents.get(each) for each in (revision.name, *revision.bases))
        united = (REVISIONS[each] for each in revision.unites)
        of_each = dict.fromkeys(self.source(each) for each in united if self.is_in(each))
        return next(filter(None, own), None) or " and ".join(of_each) or self.document

    def is_in(self, revision: Revision) -> bool:
        """Return whether a revision has it."""
        dated = not self.only or revision.has(self.only)
        return dated and (not self.contexts or not revision.contexts.isdisjoint(self.contexts))

    def query_of(self, viewer: ViewerKind) -> str | None:
        """Return the name of the schema that reads a viewer's query."""
        return self.other_queries.get(viewer, self.query)

    @property
    def takes_body(self) -> bool:
        """Return whether it reads a body."""
        return self.payload is not None or self.multipart

    @property
    def reads_json(self) -> bool:
        """Return whether a body must be JSON, even if the operation reads nothing of it."""
        return self.method != "GET" and not self.multipart


def operation(method: str, path: str, *, name: str | None = None, **row: Any) -> Callable[[View], View]:
    """Declare the decorated view as an operation; its name and summary are the function's unless given."""

    def declare(view: View) -> View:
        summary = (view.__doc__ or "").strip().partition("\n")[0]
        unknown = [each for each in row.get("refusals", ()) if each not in REFUSALS]
        if not summary or unknown:
            what = (
                f"no refusal is called {', '.join(unknown)}"
                if unknown
                else "the first line of its docstring is missing"
            )
            raise TypeError(f"operation {name or view.__name__}: {what}")
        made = Operation(name=name or view.__name__, method=method, path=path, view=view, summary=summary, **row)
        view.operations = (*getattr(view, "operations", ()), made)  # type: ignore[attr-defined]
        return view

    return declare
