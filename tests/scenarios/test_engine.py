from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest

from mockserver.scenarios.engine import Engine
from mockserver.scenarios.facts import Facts
from mockserver.scenarios.library import Library
from mockserver.scenarios.verdict import Verdict
from tests.scenarios.conftest import rule


def facts(operation: str = "use_offer", now: int = 0, **more: Any) -> Facts:
    return Facts(operation, "POST", "/v3/mall/members/me/offers/1/use", "mall", 1, 42, now=now, **more)


def engine_with(library: Library, *rules: dict[str, Any], seed: int = 0) -> Engine:
    engine = Engine(seed)
    engine.add(library.put("s", {"rules": list(rules)}))
    return engine


def fired(engine: Engine, times: int) -> list[bool]:
    return [engine.decide(facts()).decides for _ in range(times)]


def outcome(verdict: Verdict) -> list[str]:
    return [considered.outcome for considered in verdict.considered]


def test_an_engine_without_rules_is_idle_and_decides_nothing(library: Library) -> None:
    engine = Engine()
    assert engine.idle
    assert engine.decide(facts()) == Verdict()
    engine.add(library.put("s", {"rules": [rule()]}))
    assert not engine.idle
    engine.remove("s")
    assert engine.idle


def test_a_scenario_that_only_arranges_leaves_the_engine_idle(library: Library) -> None:
    engine = Engine()
    engine.add(library.put("s", {"world": {"clock": {"frozen": True}}}))
    assert engine.active == ("s",)
    assert engine.idle


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        (None, [True] * 6),
        (2, [False, True, False, False, False, False]),
        ([1, 3], [True, False, True, False, False, False]),
        ({"from": 2, "to": 4}, [False, True, True, True, False, False]),
        ({"from": 5}, [False, False, False, False, True, True]),
        ({"to": 1}, [True, False, False, False, False, False]),
        ({"every": 3}, [False, False, True, False, False, True]),
        ({"from": 4, "every": 3}, [False, False, False, False, False, True]),
    ],
)
def test_a_rule_acts_on_the_calls_that_it_means(library: Library, calls: Any, expected: list[bool]) -> None:
    engine = engine_with(library, rule() if calls is None else rule(calls=calls))
    assert fired(engine, 6) == expected


def test_only_matching_calls_count(library: Library) -> None:
    engine = engine_with(library, rule(when={"operation": "use_offer"}, calls=2))
    engine.decide(facts("get_offer"))
    engine.decide(facts())
    engine.decide(facts("get_offer"))
    assert engine.decide(facts()).decides


def test_the_first_call_fires_once_however_many_race_for_it(library: Library) -> None:
    engine = engine_with(library, rule(calls=1), rule(name="second", calls={"from": 2, "to": 11}))
    start = threading.Barrier(64)
    names: list[str | None] = []

    def call() -> None:
        start.wait()
        names.append(engine.decide(facts()).rule)

    threads = [threading.Thread(target=call) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # the second rule is considered only where the first did not decide: 63 calls, of which it means 10
    assert Counter(names) == {"s-1": 1, "second": 10, None: 53}


def test_chance_repeats_with_the_seed_and_comes_near_its_rate(library: Library) -> None:
    runs = [fired(engine_with(library, rule(chance=0.3), seed=seed), 2_000) for seed in (7, 7, 8)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
    assert 500 < sum(runs[0]) < 700


def test_chance_0_never_and_chance_1_always_acts(library: Library) -> None:
    assert fired(engine_with(library, rule(chance=0)), 100) == [False] * 100
    assert fired(engine_with(library, rule(chance=1.0)), 100) == [True] * 100


def test_a_rules_chance_does_not_depend_on_other_rules(library: Library) -> None:
    alone = fired(engine_with(library, rule(name="a", chance=0.5)), 50)
    delayed = rule(name="other", chance=0.5, then={"delay": "1ms"})
    assert fired(engine_with(library, delayed, rule(name="a", chance=0.5)), 50) == alone


def test_states_begin_idle_and_move_one_step_a_request(library: Library) -> None:
    engine = engine_with(
        library,
        {"in": "idle", "then": {"go": "one"}},
        {"in": "one", "then": {"go": "two"}},
        rule(**{"in": "two"}),
    )
    assert engine.state("s") == "idle"
    assert [(engine.decide(facts()).decides, engine.state("s")) for _ in range(3)] == [
        (False, "one"),
        (False, "two"),
        (True, "two"),
    ]


def test_a_scenario_that_becomes_active_again_begins_again(library: Library) -> None:
    engine = engine_with(library, rule(calls=1, then={"respond": 503, "go": "done"}))
    assert fired(engine, 2) == [True, False]
    scenario = engine.scenario("s")
    assert scenario is not None
    engine.add(scenario)
    assert engine.state("s") == "idle"
    assert fired(engine, 2) == [True, False]


def test_delays_add_up_until_a_rule_decides(library: Library) -> None:
    engine = engine_with(
        library,
        rule(then={"delay": "100ms"}),
        rule(then={"delay": 0.2, "refuse": "already_active"}),
        rule(then={"delay": "1h"}),
        rule(),
    )
    verdict = engine.decide(facts())
    assert (verdict.delay_ms, verdict.refuse, verdict.rule, verdict.scenario) == (300, "already_active", "s-2", "s")
    assert verdict.acted == ["s/s-1", "s/s-2"]
    assert outcome(verdict) == ["acted", "acted"]


def test_drawn_delays_stay_within_their_bounds(library: Library) -> None:
    engine = engine_with(library, rule(then={"delay": {"uniform": ["100ms", "400ms"]}}))
    drawn = [engine.decide(facts()).delay_ms for _ in range(200)]
    assert min(drawn) >= 100
    assert max(drawn) <= 400
    assert len(set(drawn)) > 50
    engine = engine_with(library, rule(then={"delay": {"lognormal": {"median": "200ms", "sigma": 0.4}}}))
    drawn = sorted(engine.decide(facts()).delay_ms for _ in range(501))
    assert 180 < drawn[250] < 220
    assert drawn[0] > 20
    assert drawn[-1] > 350


def test_ad_hoc_rules_come_before_scenarios(library: Library) -> None:
    engine = engine_with(library, rule())
    engine.add_rule(library.rule(rule(name="mine", then={"respond": 418}), "unused"))
    verdict = engine.decide(facts())
    assert (verdict.rule, verdict.scenario) == ("mine", None)
    assert verdict.respond is not None
    assert verdict.respond.status == 418
    assert engine.remove_rule("mine")
    assert not engine.remove_rule("mine")
    assert engine.decide(facts()).rule == "s"


def test_an_ad_hoc_rule_of_the_same_name_replaces_and_counts_anew(library: Library) -> None:
    engine = Engine()
    for status in (501, 502):
        engine.add_rule(library.rule(rule(name="mine", calls=1, then={"respond": status}), "unused"))
        answered = engine.decide(facts()).respond
        assert answered is not None
        assert answered.status == status
    assert len(engine.tracks()) == 1


def test_a_rate_limit_follows_the_worlds_clock(library: Library) -> None:
    engine = engine_with(library, {"then": {"rate_limit": {"limit": 2, "per": "10s"}}})

    def answer(now: int) -> tuple[int, str] | None:
        given = engine.decide(facts(now=now)).respond
        return None if given is None else (given.status, dict(given.headers)["retry-after"])

    assert [answer(0), answer(4_000), answer(5_000)] == [None, None, (429, "5")]
    assert answer(9_999) == (429, "1")
    assert answer(10_000) is None
    assert answer(10_000) == (429, "4")
    assert answer(14_000) is None
    # the clock goes back: what lies ahead is forgotten
    assert answer(1_000) is None


def test_a_rate_within_its_limit_is_no_act(library: Library) -> None:
    engine = engine_with(library, {"then": {"rate_limit": {"limit": 1, "per": "10s"}}})
    verdict = engine.decide(facts())
    assert outcome(verdict) == ["within_limit"]
    assert (verdict.rule, verdict.acted, verdict.decides) == (None, [], False)
    assert engine.hits("s") == 0


def test_every_rule_says_why_it_did_not_act(library: Library) -> None:
    engine = engine_with(
        library,
        rule(name="other-offer", when={"offer_id": [7, 8]}),
        rule(name="other-state", **{"in": "later"}),
        rule(name="second-call", calls=2),
        rule(name="never", chance=0),
        rule(name="this-one"),
        rule(name="too-late"),
    )
    shown = [considered.shown() for considered in engine.decide(facts()).considered]
    assert shown == [
        {"rule": "other-offer", "scenario": "s", "outcome": "when", "key": "offer_id", "expected": [7, 8], "found": 1},
        {"rule": "other-state", "scenario": "s", "outcome": "state", "key": "in", "expected": "later", "found": "idle"},
        {
            "rule": "second-call", "scenario": "s", "outcome": "calls", "key": "calls", "expected": "call 2", "found": 1,
            "call": 1,
        },
        {"rule": "never", "scenario": "s", "outcome": "chance", "key": "chance", "expected": 0.0, "found": 0.0, "call": 1},
        {"rule": "this-one", "scenario": "s", "outcome": "acted", "call": 1},
    ]  # fmt: skip


def test_watches_tells_which_operations_a_rule_may_act_on(library: Library) -> None:
    engine = engine_with(library, rule(when={"operation": ["use_offer", "get_offer"]}))
    watched = [engine.watches(name) for name in ("use_offer", "get_offer", "list_offers", None)]
    assert watched == [True, True, False, False]
    engine.add_rule(library.rule(rule(name="any"), "unused"))
    assert engine.watches("list_offers")
    engine.clear_rules()
    assert not engine.watches("list_offers")


def test_scenarios_for_one_request_begin_anew_with_each(library: Library) -> None:
    engine = Engine()
    once = library.put("once", {"rules": [rule(calls=1)]})
    assert [engine.decide(facts(), (once,)).rule for _ in range(3)] == ["once"] * 3
    assert not engine.decide(facts()).decides
    assert engine.idle


def test_rates_and_chance_go_on_from_one_single_request_to_the_next(library: Library) -> None:
    engine = Engine()
    limited = library.put("limited", {"rules": [{"then": {"rate_limit": {"limit": 2, "per": "10s"}}}]})
    assert [engine.decide(facts(), (limited,)).decides for _ in range(3)] == [False, False, True]
    chancy = library.put("chancy", {"rules": [rule(chance=0.5)]})
    assert 30 < sum(engine.decide(facts(), (chancy,)).decides for _ in range(100)) < 70


def test_a_scenario_that_is_active_anyway_is_not_doubled_for_one_request(library: Library) -> None:
    engine = engine_with(library, rule(then={"delay": "100ms"}))
    scenario = engine.scenario("s")
    assert scenario is not None
    assert engine.decide(facts(), (scenario,)).delay_ms == 100


def test_a_copy_goes_on_counting_on_its_own(library: Library) -> None:
    engine = engine_with(library, rule(calls=[2, 3]), rule(name="chancy", chance=0.5))
    engine.decide(facts())
    twin = engine.copy()
    assert fired(engine, 20) == fired(twin, 20)
    assert twin.active == ("s",)
    engine.clear()
    assert (engine.idle, engine.active, twin.idle) == (True, (), False)
