"""What a cache in front of the mock is told: keep no answer of the API, and which headers of a request an answer depends on."""

from __future__ import annotations

from mockserver.exchange import JSON_HEADERS, HeaderPairs

NO_STORE = ("cache-control", "no-store")
VARY = (
    "vary",
    "Authorization, X-Client-Authorization, X-Product-Name, X-User-Agent, "
    "X-Mock-World, X-Mock-Now, X-Mock-Revision, X-Mock-Scenario",
)


def caching(headers: HeaderPairs) -> HeaderPairs:
    """Return the headers about caching for an answer with these headers; what a picture or a rule says itself stays."""
    if headers is JSON_HEADERS:
        return NO_STORE, VARY
    names = {name for name, _ in headers}
    return tuple(pair for pair in (NO_STORE, VARY) if pair[0] not in names)
