from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from mockserver.scenarios.engine import Engine
from mockserver.scenarios.facts import Facts
from mockserver.scenarios.library import Library
from mockserver.scenarios.model import Scenario
from mockserver.scenarios.track import RuleMemory
from mockserver.scenarios.verdict import Verdict
from tests.scenarios.conftest import rule


def facts(operation: str = "use_offer", now: int = 0, **more: Any) -> Facts:
    return Facts(operation, "POST", "/v3/mall/members/me/offers/1/use", "mall", 1, 42, now=now, **more)


def engine_with(library: Library, *rules: dict[str, Any], seed: int = 0) -> Engine:
    engine = Engine(seed)
    engine.add(library.put("s", {"rules": list(rules)}))
    return engine


def decide(engine: Engine, asked: Facts, once: Sequence[Scenario] = ()) -> Verdict:
    """Let the rules decide, and count it, as a world does."""
    verdict = engine.consider(asked, once)
    if verdict.counted is not None:
        engine.count(verdict.counted)
    return verdict


def fired(engine: Engine, times: int) -> list[bool]:
    return [decide(engine, facts()).decides for _ in range(times)]


def outcome(verdict: Verdict) -> list[str]:
    return [considered.outcome for considered in verdict.considered]


def test_an_engine_without_rules_is_idle_and_decides_nothing(library: Library) -> None:
    engine = Engine()
    assert engine.idle
    assert decide(engine, facts()) == Verdict()
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
    decide(engine, facts("get_offer"))
    decide(engine, facts())
    decide(engine, facts("get_offer"))
    assert decide(engine, facts()).decides


def test_the_first_call_fires_once_and_the_second_rule_counts_what_the_first_leaves(library: Library) -> None:
    engine = engine_with(library, rule(calls=1), rule(name="second", calls={"from": 2, "to": 11}))
    names = [decide(engine, facts()).rule for _ in range(64)]
    # the second rule is considered only where the first did not decide: 63 calls, of which it means 10
    assert Counter(names) == {"s-1": 1, "second": 10, None: 53}
    assert names[0] == "s-1"


def test_considering_a_request_counts_nothing(library: Library) -> None:
    engine = engine_with(library, rule(calls=1), {"then": {"rate_limit": {"limit": 1, "per": "10s"}}}, rule(chance=0.5))
    first, again = engine.consider(facts()), engine.consider(facts())
    assert first == again
    assert [track.memory for track in engine.tracks("s")] == [RuleMemory()] * 3


def test_the_nth_draw_is_a_function_of_seed_scenario_rule_and_n(library: Library) -> None:
    chancy = rule(chance=0.5, then={"delay": {"uniform": ["1ms", "100ms"]}})
    delays = [decide(engine_with(library, chancy, seed=7), facts()).delay_ms for _ in range(3)]
    assert len(set(delays)) == 1
    engine = engine_with(library, chancy, seed=7)
    drawn = [decide(engine, facts()).delay_ms for _ in range(20)]
    counted = engine.tracks("s")[0].memory
    fresh = engine_with(library, chancy, seed=7)
    for n, delay in enumerate(drawn):
        assert decide(fresh, facts()).delay_ms == delay, n
    assert fresh.tracks("s")[0].memory == counted


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
    assert [(decide(engine, facts()).decides, engine.state("s")) for _ in range(3)] == [
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
    verdict = decide(engine, facts())
    assert (verdict.delay_ms, verdict.refuse, verdict.rule, verdict.scenario) == (300, "already_active", "s-2", "s")
    assert verdict.acted == ["s/s-1", "s/s-2"]
    assert outcome(verdict) == ["acted", "acted"]


def test_drawn_delays_stay_within_their_bounds(library: Library) -> None:
    engine = engine_with(library, rule(then={"delay": {"uniform": ["100ms", "400ms"]}}))
    drawn = [decide(engine, facts()).delay_ms for _ in range(200)]
    assert min(drawn) >= 100
    assert max(drawn) <= 400
    assert len(set(drawn)) > 50
    engine = engine_with(library, rule(then={"delay": {"lognormal": {"median": "200ms", "sigma": 0.4}}}))
    drawn = sorted(decide(engine, facts()).delay_ms for _ in range(501))
    assert 180 < drawn[250] < 220
    assert drawn[0] > 20
    assert drawn[-1] > 350


def test_ad_hoc_rules_come_before_scenarios(library: Library) -> None:
    engine = engine_with(library, rule())
    engine.add_rule(library.rule(rule(name="mine", then={"respond": 418}), "unused"))
    verdict = decide(engine, facts())
    assert (verdict.rule, verdict.scenario) == ("mine", None)
    assert verdict.respond is not None
    assert verdict.respond.status == 418
    engine.remove_rule("mine")
    assert decide(engine, facts()).rule == "s"


def test_an_ad_hoc_rule_of_the_same_name_replaces_and_counts_anew(library: Library) -> None:
    engine = Engine()
    for status in (501, 502):
        engine.add_rule(library.rule(rule(name="mine", calls=1, then={"respond": status}), "unused"))
        answered = decide(engine, facts()).respond
        assert answered is not None
        assert answered.status == status
    assert len(engine.tracks()) == 1


def test_a_rate_limit_follows_the_worlds_clock(library: Library) -> None:
    engine = engine_with(library, {"then": {"rate_limit": {"limit": 2, "per": "10s"}}})

    def answer(now: int) -> tuple[int, str] | None:
        given = decide(engine, facts(now=now)).respond
        return None if given is None else (given.status, dict(given.headers)["retry-after"])

    assert [answer(0), answer(4_000), answer(5_000)] == [None, None, (429, "5")]
    assert answer(9_999) == (429, "1")
    assert answer(10_000) is None
    assert answer(10_000) == (429, "4")
    assert answer(14_000) is None
    # the clock goes back: what lies ahead is forgotten
    assert answer(1_000) is None


def test_a_rate_limit_may_follow_real_time_in_a_frozen_world(library: Library) -> None:
    engine = engine_with(library, {"then": {"rate_limit": {"limit": 1, "per": "10s", "by": "real"}}})
    statuses = []
    for real in (0, 9_999, 10_000):
        respond = decide(engine, facts(now=5, real=real)).respond
        statuses.append(respond and (respond.status, dict(respond.headers)["retry-after"]))
    assert statuses == [None, (429, "1"), None]


def test_a_rate_within_its_limit_is_no_act(library: Library) -> None:
    engine = engine_with(library, {"then": {"rate_limit": {"limit": 1, "per": "10s"}}})
    verdict = decide(engine, facts())
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
    shown = [considered.shown() for considered in decide(engine, facts()).considered]
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


def test_scenarios_for_one_request_begin_anew_with_each(library: Library) -> None:
    engine = Engine()
    once = library.put("once", {"rules": [rule(calls=1)]})
    assert [decide(engine, facts(), (once,)).rule for _ in range(3)] == ["once"] * 3
    assert not decide(engine, facts()).decides
    assert engine.idle


def test_rates_and_chance_go_on_from_one_single_request_to_the_next(library: Library) -> None:
    engine = Engine()
    limited = library.put("limited", {"rules": [{"then": {"rate_limit": {"limit": 2, "per": "10s"}}}]})
    assert [decide(engine, facts(), (limited,)).decides for _ in range(3)] == [False, False, True]
    chancy = library.put("chancy", {"rules": [rule(chance=0.5)]})
    assert 30 < sum(decide(engine, facts(), (chancy,)).decides for _ in range(100)) < 70


def test_rates_and_chance_of_single_requests_go_with_a_copy(library: Library) -> None:
    engine = Engine(7)
    limited = library.put("limited", {"rules": [{"then": {"rate_limit": {"limit": 2, "per": "10s"}}}]})
    chancy = library.put("chancy", {"rules": [rule(chance=0.5)]})
    for _ in range(2):
        decide(engine, facts(), (limited,))
        decide(engine, facts(), (chancy,))
    twin = engine.copy()
    assert decide(twin, facts(), (limited,)).decides
    assert decide(engine, facts(), (limited,)).decides
    drawn = [[decide(each, facts(), (chancy,)).decides for _ in range(30)] for each in (engine, twin)]
    assert drawn[0] == drawn[1]
    engine.forget_once("limited")
    assert not decide(engine, facts(), (limited,)).decides


def test_a_scenario_that_is_active_anyway_is_not_doubled_for_one_request(library: Library) -> None:
    engine = engine_with(library, rule(then={"delay": "100ms"}))
    scenario = engine.scenario("s")
    assert scenario is not None
    assert decide(engine, facts(), (scenario,)).delay_ms == 100


def test_a_copy_goes_on_counting_on_its_own(library: Library) -> None:
    engine = engine_with(library, rule(calls=[2, 3]), rule(name="chancy", chance=0.5))
    decide(engine, facts())
    twin = engine.copy()
    assert fired(engine, 20) == fired(twin, 20)
    assert twin.active == ("s",)
    engine.remove("s")
    assert (engine.idle, engine.active, twin.idle) == (True, (), False)
