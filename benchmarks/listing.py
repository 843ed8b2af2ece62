"""Time lists of very many offers in the domain: any page, filter, search and sort, after changes and clock moves too.

``python -m benchmarks.listing [--offers 1000 10000 100000] [--members 1000] [--rounds 60] [--plain]`` prints milliseconds of CPU
(median, p99, most), the time that the columns take to be made, and their memory. ``--plain`` does without them.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from mockserver.clock import Clock
from mockserver.domain.listing import ListQuery
from mockserver.domain.model import Audience, Club, Collection, Grant, Offer, Period, Store
from mockserver.domain.ordering import parse_order_by, parse_sort
from mockserver.fast.lists import attach
from mockserver.records.effects import Effect, RecordsPut, UseBooked
from mockserver.records.tables import Records
from mockserver.revisions import REVISIONS
from mockserver.settings import Settings
from mockserver.worlds.world import World

CLUB, DAY, NOW = "infinity-mall", 86_400_000, 1_750_000_000_000
SYLLABLES = ("sko", "jakke", "å", "pen", "fri", "kaffe", "til", "bud", "sommer", "dag", "gra", "tis", "ær", "lig")


def records_of(offers: int, members: int, chance: random.Random) -> Records:
    """Make a catalogue like a big mall's: 8,000 words, 60 tags, 300 stores, 200 collections, 20 audiences."""
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(8_000)]
    weights = [1 / (n + 1) for n in range(len(words))]
    records = Records()
    records.put(Club(slug=CLUB))
    records.put(*(Store(id=n, club=CLUB, name=f"Store {n}") for n in range(300)))
    records.put(*(Audience(id=n, club=CLUB, member_ids=frozenset(range(n, members, 9))) for n in range(1, 21)))
    records.put(*(_offer(n + 1, words, weights, chance) for n in range(offers)))
    for n in range(200):
        order = tuple(chance.sample(range(1, offers + 1), min(300, offers)))
        records.put(Collection(id=n, club=CLUB, offers_order=order))
    for _ in range(members * 30):
        member_id, offer_id = chance.randrange(members), chance.randint(1, offers)
        records.book_use(offer_id, member_id, NOW - chance.randrange(30 * DAY))
        records.like(chance.randint(1, offers), member_id, NOW)
        records.add_grants([Grant(offer_id=chance.randint(1, offers), member_id=member_id, granted_at=NOW)])
    return records


def _offer(id_: int, words: list[str], weights: list[float], chance: random.Random) -> Offer:
    def window(share: float, days: int) -> int | None:
        return NOW + chance.randrange(-days * DAY, days * DAY) if chance.random() < share else None

    text = chance.choices(words, weights, k=20)
    return Offer(
        id=id_,
        club=CLUB,
        name=f"{text[0].title()} {text[1]} {text[2]} {id_}" if chance.random() < 0.98 else None,
        description=" ".join(text[3:]),
        internal_name=f"K-{id_:06}",
        type=chance.choices(("REGULAR", "EXCLUSIVE", "BIRTHDAY", "WELCOME"), (85, 9, 3, 3))[0],  # type: ignore[arg-type]
        scope=chance.choices(("standard", "informational", "reward"), (94, 3, 3))[0],  # type: ignore[arg-type]
        status="published" if chance.random() < 0.95 else "draft",
        usable_since=window(0.7, 60),
        usable_until=window(0.3, 90),
        visible_since=window(0.3, 20),
        visible_until=window(0.2, 200),
        collection_ids=tuple(chance.sample(range(200), chance.randint(0, 3))),
        tags=tuple(f"tag {n}" for n in chance.sample(range(60), chance.randint(0, 3))),
        stores=tuple(f"Store {n}" for n in chance.sample(range(300), chance.randint(0, 2))),
        audience_id=chance.randint(1, 20) if chance.random() < 0.1 else None,
        campaign_id=chance.randint(1, 500) if chance.random() < 0.5 else None,
        maximum_uses_per_user=chance.choice((None, None, 1, 2, 5, 10)),
        period=Period(timespan="DAY", max_uses=1) if chance.random() < 0.05 else None,
        stock=chance.choice((None, None, None, 0, chance.randint(1, 5_000))),
        created_at=NOW - chance.randrange(700 * DAY),
        archived_at=NOW if chance.random() < 0.02 else None,
    )


ORDERS = REVISIONS["union"].order_attributes("member", one_collection=True)
SORTS = (
    "name", "name desc", "created_at desc", "usable desc, name", "usable asc, created_at desc", "uses_left, name",
    "uses_left desc", "liked desc, name", "usable_since, usable desc", "usable_until desc, uses_left, name",
)  # fmt: skip


def a_query(chance: random.Random, words: list[str]) -> ListQuery:
    """Any filters, any search, any order, any page."""

    def maybe(share: float, value: Any) -> Any:
        return value if chance.random() < share else ()

    collection = (chance.randrange(200),)
    by_collection = chance.random() < 0.1
    return ListQuery(
        order=parse_order_by("collection_position" if by_collection else chance.choice(SORTS), ORDERS),
        page_no=chance.choice((1, 1, 1, 2, 7, 100, 400)),
        per_page=chance.choice((20, 100)),
        search=maybe(0.3, " ".join(chance.sample(words, chance.choice((1, 1, 2))))) or None,
        collection_ids=collection if by_collection else maybe(0.1, (1, 2, 3)),
        tags=maybe(0.2, tuple(f"tag {chance.randrange(60)}" for _ in range(2))),
        stores=maybe(0.1, (f"Store {chance.randrange(300)}",)),
        types=maybe(0.1, ("REGULAR",)),
        only_usable=chance.random() < 0.2,
        liked=chance.random() < 0.1,
    )


def timed(call: Callable[[], object]) -> float:
    """Return the milliseconds of CPU time of a call, which depend little on the machine's load."""
    since = time.thread_time()
    call()
    return (time.thread_time() - since) * 1000


def report(name: str, times: list[float]) -> None:
    """Print one row."""
    times.sort()
    print(f"{name:<52} {statistics.median(times):8.2f} {times[int(len(times) * 0.99)]:8.2f} {times[-1]:8.2f}")


def main() -> None:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offers", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--members", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--plain", action="store_true")
    options = parser.parse_args()
    for offers in options.offers:
        table(offers, options.members, options.rounds, plain=options.plain)


def table(offers: int, members: int, rounds: int, *, plain: bool) -> None:
    """Print the times of one catalogue."""
    chance = random.Random(7)
    world = World("bench", records_of(offers, members, chance), Clock(), Settings())
    if not plain:
        attach(world)
    gc.collect()
    gc.freeze()
    member, clock = members // 2, iter(range(NOW, NOW + 10**12, 1_000))
    before = resident()
    print(
        f"\n{offers} offers, {members} members, {'the plain way' if plain else 'with columns where there are enough'}"
    )
    ready = timed(lambda: world.lists.make_ready(world.records))
    print(f"{'made ready, ms, and MB':<52} {ready:8.2f} {resident() - before:8.1f}")

    def page(now: int, **query: Any) -> object:
        return world.lists.member_page(world.records, CLUB, ListQuery(per_page=25, **query), now, member)

    print(f"{'a page of 25':<52} {'median':>8} {'p99':>8} {'most':>8}")
    for sort in SORTS:
        order = parse_order_by(sort, ORDERS)
        for name, page_no in (("first page", 1), ("late page", offers // 60)):
            report(
                f"{sort}, {name}",
                [timed(partial(page, next(clock), order=order, page_no=page_no)) for _ in range(rounds)],
            )
    words = ["kaffe", "sko", "å", "jakke", "tisær", "gra", "e", "sommerdag", "ligfri", "frikaffebud"]
    anything = [a_query(chance, words) for _ in range(rounds * 20)]

    def admin_page() -> object:
        order = parse_sort(chance.choice(("name", "updated_at", "archived_at")), chance.choice(("asc", "desc")))
        query = ListQuery(order=order, search=chance.choice(words), page_no=chance.choice((1, 2, 50)))
        return world.lists.admin_page(world.records, CLUB, query)

    def after(effect: Effect, query: ListQuery) -> object:
        world.apply(effect)
        return world.lists.member_page(world.records, CLUB, query, next(clock), member)

    def use() -> object:
        booked = UseBooked(chance.randint(1, offers), chance.randrange(members), next(clock))
        return after(booked, ListQuery(order=parse_order_by("uses_left, usable, name", ORDERS)))

    def change() -> object:
        offer = world.records.offers[chance.randint(1, offers)]
        changed = replace(offer, name=f"Changed {chance.random()}", tags=("tag 1",), stock=chance.randint(0, 9))
        return after(RecordsPut((changed,)), ListQuery(search="changed", order=parse_order_by("usable, name", ORDERS)))

    ask = partial(world.lists.member_page, world.records, CLUB)
    report("usable only", [timed(partial(page, next(clock), only_usable=True)) for _ in range(rounds)])
    report("one tag", [timed(partial(page, next(clock), tags=("tag 1",))) for _ in range(rounds)])
    report("search", [timed(partial(page, next(clock), search=word)) for word in words for _ in range(rounds // 10)])
    report("anything", [timed(partial(ask, query, next(clock), member)) for query in anything])
    report("use, then list", [timed(use) for _ in range(rounds)])
    report("change an offer, then list", [timed(change) for _ in range(rounds)])
    report("admin: search, sort", [timed(admin_page) for _ in range(rounds)])
    report("meta", [timed(lambda: world.lists.meta(world.records, CLUB, next(clock), member)) for _ in range(rounds)])
    world.reset()
    report("reset, then list", [timed(partial(page, next(clock), only_usable=True))])


def resident() -> float:
    """Return the resident memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096 / 1e6


if __name__ == "__main__":
    main()
