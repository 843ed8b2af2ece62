from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mockserver.exchange import Request
from mockserver.fast.answers import key_of
from mockserver.headers import SentHeaders

LINE = st.text("ab /?#:", max_size=6)
CALLS = st.builds(
    Request,
    method=st.sampled_from(("GET", "POST")),
    path=st.text("ab /?\n", max_size=6).map("/".__add__),
    query=LINE,
    headers=st.sampled_from((SentHeaders(()), SentHeaders((("authorization", "a"),)))),
    body=st.sampled_from((b"", b"a")),
    scheme=st.sampled_from(("http", "https")),
    host=LINE,
)


def facts(call: Request) -> tuple:
    return call.method, call.path, call.query, call.headers.items(), call.body, call.scheme, call.host


@given(
    CALLS, CALLS, st.sets(st.sampled_from(("method", "path", "query", "headers", "body", "scheme", "host")), max_size=2)
)
def test_calls_have_one_key_if_they_are_the_same(one, other, changed):
    other = replace(one, **{name: getattr(other, name) for name in changed})
    keys = [key_of(call) for call in (one, other)]
    assert None not in keys
    assert (keys[0] == keys[1]) is (facts(one) == facts(other))


def test_nothing_is_cached_for_a_call_that_overrides_time_or_scenarios():
    for name in ("x-mock-now", "x-mock-scenario"):
        headers = SentHeaders(((name, "a"),))
        assert key_of(Request("GET", "/", "", headers, b"", "http", "a")) is None
