from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.documents.problems import DocumentError
from mockserver.exchange import Fault
from mockserver.scenarios.actions import ACTIONS, DECIDING
from mockserver.scenarios.engine import Engine
from mockserver.scenarios.facts import Facts
from mockserver.scenarios.library import Library, UnknownScenarioError, load, load_what_works
from mockserver.scenarios.verdict import Verdict
from tests.scenarios.conftest import OPERATIONS, rule

FULL = """\
id: redeemed-but-unheard
title: The use is booked, the phone never hears of it
comment: why
world:
  clock: {now: "2019-03-13T18:00:00Z", frozen: true}
  clubs: {infinity-mall: {offers_api_enabled: false}}
  offers: {1000115: {stock: 0}}
  members: {42: {banned_until: "2137-10-28T17:24:06.207Z"}}
rules:
  - name: lost-answer
    when: {operation: use_offer, offer_id: 1000115, member_id: 42, header: {X-Product-Name: default}, query: {}, body: {}}
    calls: {from: 1, to: 1}
    chance: 1.0
    in: idle
    then:
      delay: 250ms
      fault: empty
      at: after_commit
      go: done
"""

WRONG = """\
titel: 3
world:
  clocks: {}
  offers: {abc: {stock: -1}, 7: {stok: 1}}
rules:
  - when: {operation: use_ofer, offer_id: x}
    calls: {from: 3, to: 2}
    chance: 1.5
    then:
      delay: {uniform: [2s, 1s]}
      refuse: alredy_active
      fault: resett
      at: never
  - then: {}
  - name: twice
    then: {delay: soon}
  - name: twice
    then: {respond: {status: 99, headers: {"A b": x}}}
  - whne: {}
"""


def problems(library: Library, value: Any) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        library.put("wrong", value)
    return [str(problem) for problem in caught.value.problems]


def verdict(library: Library, then: dict[str, Any]) -> Verdict:
    engine = Engine()
    engine.add_rule(library.rule({"then": then}, "r"))
    return engine.consider(Facts("use_offer", "POST", "/"))


def test_the_designs_own_example_is_read(tmp_path: Path) -> None:
    (tmp_path / "other-name.yaml").write_text(FULL)
    scenario = load(tmp_path, OPERATIONS).get("redeemed-but-unheard")
    assert (scenario.title, scenario.comment) == ("The use is booked, the phone never hears of it", "why")
    assert scenario.world.clock == {"now": "2019-03-13T18:00:00Z", "frozen": True}
    assert scenario.world.records == {
        "clubs": {"infinity-mall": {"offers_api_enabled": False}},
        "offers": {"1000115": {"stock": 0}},
        "members": {"42": {"banned_until": "2137-10-28T17:24:06.207Z"}},
    }
    (only,) = scenario.rules
    assert (only.name, only.state, only.at, only.go) == ("lost-answer", "idle", "after_commit", "done")
    assert scenario.sees()[-1] == (
        "call 1 to use_offer: the answer takes 250ms longer; the connection is closed without a byte of an answer "
        "(after the operation has been carried out)"
    )


def test_a_file_is_known_by_its_name_and_may_be_json(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one-two.json").write_text('{"rules": [{"then": {"refuse": "already-active"}}]}')
    (tmp_path / ".hidden.yaml").write_text("titel: wrong")
    (tmp_path / "notes.txt").write_text("not a scenario")
    (scenario,) = load(tmp_path)
    assert (scenario.id, scenario.title, scenario.rules[0].name) == ("one-two", "One two", "one-two")


def test_a_directory_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no such directory"):
        load(tmp_path / "scenarios")


def test_all_problems_are_told_at_once_with_line_and_nearest_name(library: Library) -> None:
    told = problems(library, WRONG)
    expected = [
        "wrong:1: titel: found the key titel, expected one of the keys id, title, comment, world, rules; did you mean title?",
        "wrong:3: world.clocks: found the key clocks, expected one of the keys clock, clubs, offers, members, tokens; "
        "did you mean clock?",
        "wrong:4: world.offers.abc: found abc, expected the id of one of the offers, or * for every one",
        "wrong:4: world.offers.abc.stock: found -1, expected a whole number of 0 or more",
        'wrong:6: rules[0].when.offer_id: found "x", expected a whole number of 0 or more',
        'wrong:6: rules[0].when.operation: found "use_ofer", expected one of ',
        "wrong:7: rules[0].calls.to: found 2, expected 3 or more, as from is 3",
        "wrong:8: rules[0].chance: found 1.5, expected a number from 0 to 1",
        'wrong:10: rules[0].then.delay.uniform: found ["2s","1s"], expected two durations, the shorter first',
        'wrong:11: rules[0].then.refuse: found "alredy_active", expected one of ',
        f"wrong:12: rules[0].then.fault: found fault beside refuse, expected one of {', '.join(DECIDING)}",
        'wrong:12: rules[0].then.fault: found "resett", expected one of ',
        'wrong:13: rules[0].then.at: found "never", expected one of before, before_commit, after_commit, during_body',
        f"wrong:14: rules[1].then: found {{}}, expected one of {', '.join(ACTIONS)} or go",
        'wrong:16: rules[2].then.delay: found "soon", expected a duration such as 250ms, 35s, 2h, or a number of seconds',
        "wrong:18: rules[3].then.respond.status: found 99, expected a whole number from 200 to 599",
        'wrong:18: rules[3].then.respond.headers.A b: found "x", expected a header\'s name and value, on one line',
        "wrong:17: rules[3]: found the name twice twice, expected a name of its own for each rule",
        "wrong:19: rules[4].whne: found the key whne, expected one of the keys name, when, calls, chance, in, then; "
        "did you mean when?",
        "wrong:19: rules[4].then: found nothing, expected a value: it is required",
    ]
    for line in expected:
        assert any(each.startswith(line) for each in told), (line, told)
    assert any("did you mean use_offer?" in each for each in told)
    assert any("did you mean already_active?" in each for each in told)
    assert any("expected one of" in each and "did you mean stock?" in each for each in told)
    assert len(told) == len(expected) + 1  # and the attribute stok


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rules: [", "wrong:1: found a list that begins with [ and does not end, expected ] at its end"),
        ("- 1\n- 2", "wrong:1: found [1,2], expected a mapping"),
        ("just text", 'wrong:1: found "just text", expected a mapping'),
        ("a: &a [*a]", "wrong:1: a[0]: found *a, expected an anchor that does not hold the alias"),
        ("title: x\ntitle: y", "wrong:2: title: found the key a second time, expected each key once"),
        ("id: other", 'wrong:1: id: found "other", expected wrong, the id that it is put under'),
        ("id: 'no spaces'", "1 to 64 of A-Z a-z 0-9 . _ -"),
        ("world: {clock: {now: yesterday}}", "expected an ISO 8601 time such as"),
        ("world: {clock: {now: 0500-01-01T00:00:00Z}}", "expected a time between the years 1000 and 9000"),
        ("world: {clock: {rate: 0}}", "expected a number above 0; freeze the clock instead: frozen: true"),
        ("world: {clock: {rate: 2000000}}", "expected a number from 0 to 1000000"),
        ("world: {clock: {frozen: 1}}", "expected true or false"),
        ("world: {tokens: {'*': {token: x}}}", "found the attribute token"),
        ("world: {offers: {1: {period: {timespan: DY}}}}", 'world.offers.1.period.timespan: found "DY"'),
        ("rules: 3", "rules: found 3, expected a mapping"),
        ("rules: [{then: {fault: {dribble: {peaces: 1}}}}]", "did you mean pieces?"),
        ("rules: [{calls: [], then: {go: x}}]", "rules[0].calls: found [], expected a number, a list"),
        ("rules: [{calls: 0, then: {go: x}}]", "rules[0].calls: found 0, expected a whole number of 1 or more"),
        ("rules: [{then: {hold: {until: 2}}}]", "hold.barrier: found nothing"),
        ("rules: [{then: {hold: {barrier: a b}}}]", "hold.barrier: found"),
        ("rules: [{then: {hold: {barrier: b, until: 0}}}]", "hold.until: found 0"),
        ("rules: [{then: {hold: {barrier: b, until: 2, release: [3]}}}]", "hold.release[0]: found 3"),
        ("rules: [{then: {hold: {barrier: b, release: [1, 1]}}}]", "expected each number once"),
        ("rules: [{then: {hold: {barrier: b, timeout: 11m}}}]", "expected a duration of 1ms to 10m"),
        (
            "rules: [{then: {hold: {barrier: b}, at: during_body}}]",
            "one of before, before_commit, after_commit with hold",
        ),
        ("rules: [{then: {refuse: not_granted, at: before_commit}}]", "before_commit with hold alone"),
        ("rules: [{then: {rate_limit: {limit: 3}}}]", "rate_limit.per: found nothing"),
        ("rules: [{then: {rate_limit: {limit: 3, per: 1s, by: rael}}}]", "did you mean real?"),
        ("rules: [{then: {date: real}}]", "expected one of world"),
        ("rules: [{then: {headers: {X-Version: 1.10}}}]", "found 1.10, expected a text (put it in quotes)"),
        ("rules: [{then: {respond: {headers: {X-Code: 012}}}}]", "found 012, expected a text (put it in quotes)"),
        ("rules: [{then: {refuse: {id: header_missing, with: {header: 1.10}}}}]", "found 1.10, expected a text"),
    ],
)
def test_what_is_wrong_is_said(library: Library, text: str, problem: str) -> None:
    assert problem in "\n".join(problems(library, text))


def test_aliases_that_multiply_are_refused(library: Library) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcdefg", "bcdefgh", strict=True)
    )
    assert "aliases that repeat at most 100,000 values" in problems(library, bomb)[0]


def test_merge_keys_work(library: Library) -> None:
    text = "rules:\n  - &one {name: a, chance: 0.5, then: {respond: 503}}\n  - {<<: *one, name: b}\n"
    scenario = library.put("merged", text)
    assert [(each.name, each.chance) for each in scenario.rules] == [("a", 0.5), ("b", 0.5)]


def test_the_problems_of_all_files_are_told_and_the_good_ones_kept(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("title: The good one")
    (tmp_path / "a.yaml").write_text("titel: x")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "same.yaml").write_text("id: good")
    with pytest.raises(DocumentError) as caught:
        load(tmp_path)
    assert [Path(str(problem.file)).name for problem in caught.value.problems] == ["a.yaml", "b.yaml", "same.yaml"]
    library, found = load_what_works(tmp_path)
    assert [(scenario.id, scenario.title) for scenario in library] == [("good", "The good one")]
    assert len(found) == 3


def test_an_unknown_id_names_the_nearest(library: Library) -> None:
    library.put("already-active", {"rules": [rule()]})
    with pytest.raises(UnknownScenarioError, match="no scenario is called alredy-active; did you mean already-active"):
        library.named("already-active, alredy-active")
    assert [scenario.id for scenario in library.named("already-active,")] == ["already-active"]


@pytest.mark.parametrize(
    ("then", "fault", "at"),
    [
        ({"fault": "reset"}, Fault("reset"), "before"),
        ({"fault": "empty", "at": "after_commit"}, Fault("empty"), "after_commit"),
        ({"fault": "truncate"}, Fault("truncate"), "during_body"),
        ({"fault": {"truncate": {"bytes": 10}}}, Fault("truncate", bytes=10), "during_body"),
        ({"fault": {"dribble": {"pieces": 5, "over": "3s"}}}, Fault("dribble", 5, 3_000), "during_body"),
        ({"fault": {"dribble": None}}, Fault("dribble"), "during_body"),
        ({"fault": "malformed_chunk", "at": "after_commit"}, Fault("malformed_chunk"), "after_commit"),
    ],
)
def test_faults_with_their_parameters(library: Library, then: dict[str, Any], fault: Fault, at: str) -> None:
    found = verdict(library, then)
    assert (found.fault, found.at) == (fault, at)


@pytest.mark.parametrize(
    ("respond", "expected"),
    [
        (204, (204, (), b"")),
        ({"status": 503, "headers": {"Retry-After": 5}}, (503, (("retry-after", "5"),), b"")),
        (
            {"body": {"error": "no", "at": None}},
            (200, (("content-type", "application/json; charset=utf-8"),), b'{"error":"no","at":null}'),
        ),
        ({"body": "plain"}, (200, (("content-type", "text/plain; charset=utf-8"),), b"plain")),
        (
            {"body": "<p>", "headers": {"Content-Type": "text/html"}},
            (200, (("content-type", "text/html"),), b"<p>"),
        ),
    ],
)
def test_responses_of_ones_own(library: Library, respond: Any, expected: tuple[int, Any, bytes]) -> None:
    found = verdict(library, {"respond": respond}).respond
    assert found is not None
    assert (found.status, found.headers, found.body) == expected


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({"Content-Length": "5"}, "a header that does not tell where the answer ends; a fault breaks answers"),
        ({"Transfer-Encoding": "chunked"}, "a header that does not tell where the answer ends"),
        ({"X-A": ["a", "b\r\nX-B: c"]}, "a header's name and value, on one line"),
        ({f"X-{n}": "a" for n in range(101)}, "found 101 with 496 characters, expected at most 100 headers"),
        ({"X-A": "a" * 65_536}, "expected at most 100 headers with 65,536 characters"),
        ({"X-A": {"b": 1}}, "expected a text"),
    ],
)
@pytest.mark.parametrize(
    "wrapped", [lambda headers: {"respond": {"headers": headers}}, lambda headers: {"headers": headers}]
)
def test_headers_are_bounded_and_leave_the_framing_alone(
    library: Library, wrapped: Callable[[Any], Any], headers: Any, problem: str
) -> None:
    assert problem in "\n".join(problems(library, {"rules": [{"then": wrapped(headers)}]}))


@pytest.mark.parametrize(
    ("rules", "problem"), [(1_000, None), (1_001, "found 1,001 rules, expected at most 1,000 rules")]
)
def test_rules_are_bounded(library: Library, rules: int, problem: str | None) -> None:
    value = {"rules": [{"then": {"go": "on"}}] * rules}
    if problem is None:
        assert len(library.put("many", value).rules) == rules
    else:
        assert problems(library, value) == [f"wrong: rules: {problem}"]


def test_a_file_that_is_too_long_is_not_parsed(tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text("title: x\n" + "#" * 1024 * 1024)
    with pytest.raises(DocumentError, match="found more, expected at most 1,048,576 bytes"):
        load(tmp_path)


def test_what_is_no_regular_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "directory.yaml").mkdir()
    (tmp_path / "zero.json").symlink_to("/dev/zero")
    (tmp_path / "good.yaml").write_text("title: x")
    library, found = load_what_works(tmp_path)
    assert [scenario.id for scenario in library] == ["good"]
    assert [problem.expected for problem in found] == ["a regular file", "a regular file"]


def test_of_a_thousand_problems_a_hundred_are_told(library: Library) -> None:
    told = problems(library, {"rules": [1] * 1_000})
    assert len(told) == 100


def test_a_refusal_may_bring_its_facts(library: Library) -> None:
    found = verdict(library, {"refuse": {"id": "header-missing", "with": {"header": "X-User-Agent"}}})
    assert (found.refuse, found.facts) == ("header_missing", {"header": "X-User-Agent"})
