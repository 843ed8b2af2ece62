"""Time lists of very many offers in the domain: any page, filter, search and sort, after changes and clock moves too.

``python benchmarks/listing.py [--offers 100000] [--members 1000] [--rounds 40]`` prints milliseconds of CPU (median, p99, most),
the time that each part of the index takes to make, and the memory that all of it takes.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.domain.catalogue import Catalogue
from mockserver.domain.listing import ListQuery
from mockserver.domain.model import Audience, Club, Collection, Grant, Offer, Period, Store
from mockserver.domain.ordering import parse_order_by, parse_sort
from mockserver.worlds.records import Records

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
        order=parse_order_by(
            "collection_position" if by_collection else chance.choice(SORTS), personal=True, one_collection=True
        ),
        page_no=chance.choice((1, 1, 1, 2, 7, 100, 400)),
        per_page=chance.choice((20, 100)),
        search=maybe(0.3, " ".join(chance.sample(words, chance.choice((1, 1, 2))))) or None,
        collection_ids=collection if by_collection else maybe(0.1, (1, 2, 3)),
        tags=maybe(0.2, tuple(f"tag {chance.randrange(60)}" for _ in range(2))),
        stores=maybe(0.1, (f"Store {chance.randrange(300)}",)),
        types=maybe(0.1, ("REGULAR",)),
        only_usable=chance.random() < 0.2,
        liked=maybe(0.1, True) or None,
    )


def timed(call: Callable[[], object]) -> float:
    """Return how many milliseconds of CPU a call takes, so that a busy machine does not blur it."""
    since = time.thread_time()
    call()
    return (time.thread_time() - since) * 1000


def report(name: str, times: list[float]) -> None:
    """Print one row."""
    times.sort()
    print(f"{name:<52} {statistics.median(times):8.2f} {times[int(len(times) * 0.99)]:8.2f} {times[-1]:8.2f}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("--offers", 100_000), ("--members", 1_000), ("--rounds", 60)):
        parser.add_argument(name, type=int, default=default)
    options = parser.parse_args()
    chance = random.Random(7)
    records = records_of(options.offers, options.members, chance)
    gc.collect()
    gc.freeze()
    member, last_page = options.members // 2, options.offers // 100

    def page(now: int = NOW, **query: Any) -> object:
        return Catalogue.of(records, CLUB).member_page(ListQuery(**query), now, member)

    print(f"{options.offers} offers, {options.members} members; milliseconds of CPU")
    firsts: tuple[tuple[str, dict[str, Any]], ...] = (
        ("first list (slots, windows, marks, names)", {}),
        ("first usable", {"only_usable": True}),
        ("first search", {"search": "kaffe"}),
        ("first filters", {"tags": ("tag 1",), "stores": ("Store 1",), "collection_ids": (1,), "types": ("REGULAR",)}),
    )
    for name, query in firsts:
        print(f"{name:<52} {timed(partial(page, **query)):8.2f}")
    for sort in SORTS:
        page(order=parse_order_by(sort, personal=True))
    print(f"\n{'':<52} {'median':>8} {'p99':>8} {'most':>8}")
    clock = iter(range(NOW, NOW + 10**12, 1_000))
    for sort in SORTS:
        order = parse_order_by(sort, personal=True)
        for name, page_no in (("first page", 1), ("middle page", last_page // 3)):
            report(
                f"{sort}, {name}",
                [timed(partial(page, next(clock), order=order, page_no=page_no)) for _ in range(options.rounds)],
            )
    words = ["kaffe", "sko", "å", "jakke", "tisær", "gra", "e", "sommerdag", "ligfri", "frikaffebud"]
    rounds = options.rounds * 20
    anything = [a_query(chance, words) for _ in range(rounds)]
    moments = [NOW + chance.randrange(-90 * DAY, 90 * DAY) for _ in anything]
    seldom = [f"{chance.choice(words)}{n % 100}" for n in range(options.rounds)]
    sorts = [parse_sort(by, to) for by in ("name", "updated_at", "archived_at") for to in ("asc", "desc")]
    admin = Catalogue.of(records, CLUB)
    for order in sorts:
        admin.admin_page(ListQuery(order=order, search="K-0"))

    def admin_page() -> object:
        query = ListQuery(order=chance.choice(sorts), search=chance.choice(words), page_no=chance.choice((1, 2, 50)))
        return Catalogue.of(records, CLUB).admin_page(query)

    asked: tuple[tuple[str, list[Callable[[], object]]], ...] = (
        ("anything, the clock running", [partial(ask, records, query, next(clock), member) for query in anything]),
        (
            "anything, at any moment",
            [partial(ask, records, query, now, member) for query, now in zip(anything, moments, strict=True)],
        ),
        ("search of a word not asked before", [partial(page, search=word) for word in seldom]),
        ("use, then list", [partial(after_use, records, chance, next(clock), member) for _ in range(rounds // 4)]),
        (
            "change an offer, then list",
            [partial(after_change, records, chance, next(clock)) for _ in range(rounds // 4)],
        ),
        ("admin: search, sort", [admin_page] * rounds),
        ("meta", [lambda: admin.meta(next(clock), member)] * options.rounds),
    )
    for name, calls in asked:
        report(name, [timed(call) for call in calls])
    snapshot = records.copy()
    records.put(Offer(id=options.offers + 1, club=CLUB))
    report("reset, then list", [timed(lambda: (records.restore(snapshot), page())) for _ in range(3)])
    print(f"\nmemory of the whole index: {memory(records.copy(), anything, member):.1f} MB")


def ask(records: Records, query: ListQuery, now: int, member: int) -> object:
    """Make one list."""
    return Catalogue.of(records, CLUB).member_page(query, now, member)


def after_use(records: Records, chance: random.Random, now: int, member: int) -> object:
    """Book a use of any offer by any member, then list."""
    records.book_use(chance.randint(1, len(records.offers)), chance.randrange(1_000), now)
    return ask(records, ListQuery(order=parse_order_by("uses_left, usable, name", personal=True)), now, member)


def after_change(records: Records, chance: random.Random, now: int) -> object:
    """Change what most parts depend on of one offer, then list."""
    offer = records.offers[chance.randint(1, len(records.offers))]
    name = f"Changed {chance.random()}"
    records.put(replace(offer, name=name, usable_until=now + 1_000, tags=("tag 1",), stock=chance.randint(0, 9)))
    return ask(records, ListQuery(search="changed", order=parse_order_by("usable, name")), now, 1)


def memory(records: Records, queries: list[ListQuery], member: int) -> float:
    """Return how many megabytes an index takes in which every part has been made."""
    tracemalloc.start()
    for query in queries[:100]:
        ask(records, query, NOW, member)
    Catalogue.of(records, CLUB).admin_page(ListQuery(search="K-0"))
    taken = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    return taken


if __name__ == "__main__":
    main()
