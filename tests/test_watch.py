from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mockserver.fixtures.shipped import shipped
from mockserver.mock import build
from mockserver.settings import Settings
from mockserver.sources.reload import reload
from mockserver.sources.watch import FilesSeen, SourceWatch
from tests.callers import Caller, body_of


@dataclass
class Watched:
    """A mock over files of its own, and the watch that looks at them."""

    directory: Path
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        shutil.copytree(shipped("fixtures"), self.directory / "fixtures")
        (self.directory / "scenarios").mkdir()
        settings = Settings(fixtures=self.directory / "fixtures", scenarios=self.directory / "scenarios")
        self.mock = build(settings)
        self.watch = SourceWatch(self.mock, self.said.append)
        self.app = Caller(self.mock)

    def write(self, name: str, text: str) -> None:
        path = self.directory / name
        path.write_text(text)
        later = path.stat().st_mtime_ns + len(self.said) * 1_000_000_000 + 1_000_000_000
        os.utime(path, ns=(later, later))  # file systems with coarse times must not hide a change

    def offer_name(self) -> str:
        return str(body_of(self.app.get("members/me/offers/1000016"))["offer"]["name"])


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def offers_with(watched: Watched, name: str) -> str:
    return (watched.directory / "fixtures/offers.yaml").read_text().replace("Coffee on the house", name)


def test_a_changed_fixture_is_taken_up_once_it_has_settled(watched: Watched) -> None:
    assert watched.watch.look() is None
    watched.write("fixtures/offers.yaml", offers_with(watched, "Tea on the house"))
    assert watched.watch.look() is None  # it may still be being written
    done = watched.watch.look()
    assert done is not None
    assert done.problems == ()
    assert watched.offer_name() == "Tea on the house"
    assert watched.watch.look() is None
    assert len(watched.said) == 1
    assert watched.said[0].startswith("changed: offers.yaml; taken up: ")


def test_what_members_did_is_kept(watched: Watched) -> None:
    assert watched.app.post("members/me/offers/1000016/use").status == 200
    watched.write("fixtures/offers.yaml", offers_with(watched, "Tea on the house"))
    watched.watch.look()
    watched.watch.look()
    assert body_of(watched.app.post("members/me/offers/1000016/use")) == {"error": "Already active"}


def test_a_broken_file_keeps_what_was_there_and_says_where_it_is_wrong(watched: Watched) -> None:
    watched.write("fixtures/offers.yaml", offers_with(watched, "[Tea"))
    watched.watch.look()
    done = watched.watch.look()
    assert done is not None
    assert "offers.yaml:" in done.problems[0]
    assert watched.offer_name() == "Coffee on the house"
    assert watched.said[0].startswith("changed: offers.yaml; not taken up: ")
    assert watched.mock.worlds.get("default").problems == done.problems


def test_a_new_scenario_file_can_be_used_at_once(watched: Watched) -> None:
    assert watched.app.get("stores", x_mock_scenario="closed").status == 400
    watched.write("scenarios/closed.yaml", "rules: [{then: {refuse: maintenance}}]")
    watched.watch.look()
    watched.watch.look()
    assert watched.app.get("stores", x_mock_scenario="closed").status == 503


def test_a_file_counts_however_its_ending_is_spelt(watched: Watched) -> None:
    watched.write("scenarios/Closed.YAML", "rules: [{then: {refuse: maintenance}}]")
    watched.watch.look()
    watched.watch.look()
    assert watched.app.get("stores", x_mock_scenario="Closed").status == 503


def test_a_file_that_an_editor_replaces_or_somebody_deletes_is_noticed(watched: Watched) -> None:
    watched.write("scenarios/.closed.yaml.swp", "rules: [{then: {refuse: maintenance}}]")
    (watched.directory / "scenarios/.closed.yaml.swp").rename(watched.directory / "scenarios/closed.yaml")
    for status in (503, 400):
        watched.watch.look()
        watched.watch.look()
        assert watched.app.get("stores", x_mock_scenario="closed").status == status
        (watched.directory / "scenarios/closed.yaml").unlink(missing_ok=True)


def test_a_second_save_of_the_same_size_in_the_same_second_is_seen(watched: Watched) -> None:
    file = watched.directory / "fixtures/offers.yaml"
    before = file.stat()
    for name in ("Tea on the house....", "Tea in the house...."):
        file.write_text(offers_with(watched, name).replace("Tea on the house....", name))
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        watched.watch.look()
        assert watched.watch.look() is not None
        assert watched.offer_name() == name


def test_times_that_are_coarse_hide_nothing_while_a_file_is_fresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "offers.yaml"
    file.write_text("a: 1")
    same, real = file.stat(), Path.stat
    coarse = lambda path, **options: same if path == file else real(path, **options)  # noqa: E731
    monkeypatch.setattr(Path, "stat", coarse)  # as a file system of two seconds tells it
    look = FilesSeen((tmp_path,))
    first = look()
    file.write_text("a: 2")
    assert look() != first


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a POSIX file system")
@pytest.mark.parametrize("what", ["FIFO", "dangling link", "directory"])
def test_what_is_no_file_neither_blocks_nor_hides_later_edits(watched: Watched, what: str) -> None:
    path = watched.directory / "fixtures/odd.yaml"
    {"FIFO": os.mkfifo, "dangling link": lambda at: at.symlink_to("nowhere"), "directory": os.mkdir}[what](path)
    watched.watch.look()
    done = watched.watch.look()
    assert done is not None
    assert "odd.yaml" in done.problems[0]
    assert watched.mock.worlds.problems == done.problems
    path.rmdir() if what == "directory" else path.unlink()
    watched.watch.look()
    done = watched.watch.look()
    assert (done is not None and done.problems, watched.mock.worlds.problems) == ((), ())
    watched.write("fixtures/offers.yaml", offers_with(watched, "Tea on the house"))
    watched.watch.look()
    watched.watch.look()
    assert watched.offer_name() == "Tea on the house"


def test_an_editors_lock_is_no_file(watched: Watched) -> None:
    (watched.directory / "fixtures/.#offers.yaml").symlink_to("ann@mac.1234")
    watched.watch.look()
    assert watched.watch.look() is None


def test_problems_of_a_reload_by_hand_go_when_the_files_are_as_they_were(watched: Watched) -> None:
    file = watched.directory / "fixtures/offers.yaml"
    good = file.read_text()
    file.write_text("offers: [")
    assert reload(watched.mock).problems
    file.write_text(good)
    watched.watch.look()
    watched.watch.look()
    assert watched.mock.worlds.problems == ()
