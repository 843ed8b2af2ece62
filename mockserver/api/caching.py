"""Headers for HTTP caches: responses of the API are not stored, and ``Vary`` names the headers that they depend on."""

from __future__ import annotations

from mockserver.exchange import JSON_HEADERS, HeaderPairs

NO_STORE = ("cache-control", "no-store")
VARY = (
    "vary",
    "Authorization, X-Client-Authorization, X-Product-Name, X-User-Agent, "
    "X-Mock-World, X-Mock-Now, X-Mock-Revision, X-Mock-Scenario",
)


def caching(headers: HeaderPairs) -> HeaderPairs:
    """Return the caching headers to add to a response; those that a picture or a rule has set stay."""
    if headers is JSON_HEADERS:
        return NO_STORE, VARY
    names = {name for name, _ in headers}
    return tuple(pair for pair in (NO_STORE, VARY) if pair[0] not in names)
