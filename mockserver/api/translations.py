"""The texts of a club (the reference, ``81_translations.md``).

An unknown or absent language gets the club's first one, and a club without texts gets empty ones, so that
an app always has something to show; a note in the journal says so.
"""

from __future__ import annotations

from mockserver.api.context import RequestContext
from mockserver.api.operations import operation
from mockserver.domain.model import Translation


@operation(
    "GET",
    "translations",
    document="81_translations.md",
    permits={"": ("Translations:Api:Index",)},
    query="TranslationList",
    needs_offers_api=False,
    response="Translations",
)
def list_translations(ctx: RequestContext) -> Translation:
    """List translations."""
    return _translation(ctx)


def _translation(ctx: RequestContext) -> Translation:
    """Return the texts in a language: by its full name, else by its first part (``nb`` of ``nb-NO``)."""
    wanted = (ctx.params["language"] or "").strip().lower().replace("_", "-")
    own = {text.language.lower(): text for text in ctx.records.translations.values() if text.club == ctx.club.slug}
    found = own.get(wanted) or own.get(wanted.partition("-")[0])
    if found is not None:
        return found
    first = next(iter(own.values()), Translation(club=ctx.club.slug, language=""))
    if wanted:
        ctx.note(
            "parameter", "language", f"there are no texts in {wanted}; {first.language or 'empty ones'} were answered"
        )
    return first
