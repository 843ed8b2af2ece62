"""``mockserver exec -- COMMAND``: a server that runs as long as a command."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from mockserver.cli.coverage import check_least, coverage_of, ignored_in, percentage, write_report
from mockserver.cli.driving import connect, told_problems
from mockserver.cli.exits import CANNOT_START, NOT_READY, fail
from mockserver.cli.knobs import knob_options
from mockserver.cli.output import tell
from mockserver.reports.coverage import Coverage
from mockserver.settings import knobs

if TYPE_CHECKING:
    from mockserver.client import MockClient

# the signals by which a pipeline or a closed terminal ends a command; Windows has only the first
ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@click.command("exec", context_settings={"allow_interspersed_args": False})
@knob_options()
@click.option("--log", type=click.Path(path_type=Path, dir_okay=False), help="File for what the server prints.")
@click.option(
    "--coverage", type=click.Path(path_type=Path, dir_okay=False), help="File for the report on what was met."
)
@click.option(
    "--min-outcomes", type=percentage, metavar="60%", help="Exit with 1 where fewer documented outcomes were met."
)
@click.option("--ignore-outcomes", type=click.Path(path_type=Path, dir_okay=False), help="As coverage --ignore.")
@click.option(
    "--capsules", type=click.Path(path_type=Path, file_okay=False), help="Directory for a capsule of each failed test."
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(
    command: tuple[str, ...],
    log: Path | None,
    coverage: Path | None,
    min_outcomes: float | None,
    ignore_outcomes: Path | None,
    capsules: Path | None,
    **flags: Any,
) -> None:
    """Start a server, run a command with MOCKSERVER_URL set, and pass its exit code through.

    With --coverage or --min-outcomes it reports which documented outcomes were met over all worlds. With --capsules the pytest
    plugin saves one for each failed test; where the command fails, each world that is left with requests is saved, too.
    The server takes every flag of serve, listens on a free port unless --port chooses one, and logs every request.
    """
    from mockserver.client.process import Ended, NotReady, running

    quiet = flags.pop("quiet")  # the server's address is read from its output
    environ = {"MOCKSERVER_ACCESS_LOG": os.environ.get("MOCKSERVER_ACCESS_LOG") or "on"}
    ignored = ignored_in(ignore_outcomes)
    kept = None if capsules is None else _Capsules(capsules)
    _when_ended(_leave)
    try:
        log = log or _temporary()
        with running(*arguments_of(flags), log=log, environ=environ) as url:
            if not quiet:
                tell(f"mockserver: serving at {url}, log in {log}", err=True)
            told = {} if kept is None else kept.told
            code = _run(command, os.environ | surroundings(url, flags, os.environ) | told)
            if kept is not None and code != 0:
                kept.save_all(connect(url, None, flags.get("control_token")))
            if coverage is not None or min_outcomes is not None:
                report = _report(url, flags, coverage, ignored)
                if code == 0:
                    check_least(report, min_outcomes)
    except Ended as problem:
        tell(*str(problem).splitlines(), err=True)
        sys.exit(CANNOT_START)
    except NotReady as problem:
        fail(NOT_READY, *str(problem).splitlines())
    except OSError as problem:
        fail(CANNOT_START, f"cannot write the log {log}: {problem.strerror}")
    raise SystemExit(code)


class _Capsules:
    """The capsules of a run, in a directory that is made now. One that cannot be made ends the command with 2."""

    def __init__(self, directory: Path) -> None:
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            fail(CANNOT_START, f"cannot make the directory {directory}: {problem.strerror}")
        self._directory = directory.absolute()  # the command may run elsewhere
        self._before = self._files()

    def _files(self) -> dict[Path, int]:
        return {file: file.stat().st_mtime_ns for file in self._directory.glob("*.zip")}

    @property
    def told(self) -> dict[str, str]:
        """The variable that tells the pytest plugin of the directory."""
        from mockserver.client.process import CAPSULES

        return {CAPSULES: str(self._directory)}

    def save_all(self, client: MockClient) -> None:
        """Save each world that has requests and of which the command has saved nothing itself."""
        from mockserver.client import ControlError

        made = [file for file, at in self._files().items() if self._before.get(file) != at]
        known = set(filter(None, map(_world_in, made)))
        for world in client.worlds()["worlds"]:
            name = world["name"]
            if name in known or not world["counts"]["requests"]:
                continue
            try:
                made.append(client.in_world(name).save_capsule(self._directory / f"world-{name}.zip"))
            except (ControlError, OSError) as problem:
                tell(f"mockserver: no capsule of world {name}: {problem}", err=True)
        for file in sorted(made):
            tell(f"mockserver: capsule {file}", err=True)


def _world_in(file: Path) -> str | None:
    """Return the world of the capsule in a file; None where it is none."""
    from mockserver.capsules.format import unpack
    from mockserver.capsules.model import BadCapsuleError

    try:
        return unpack(file.read_bytes()).base.name
    except (BadCapsuleError, OSError):
        return None


def _report(url: str, flags: Mapping[str, Any], file: Path | None, ignored: Mapping[str, str]) -> Coverage:
    """Write what was met over all worlds; return it."""
    with told_problems():
        report = coverage_of(connect(url, None, flags.get("control_token")), all_worlds=True).without(ignored)
    if file is not None:
        write_report(report, file)
    return report


def arguments_of(flags: Mapping[str, Any]) -> Iterator[str]:
    """Return the command line of ``serve`` for flags by field."""
    for knob in knobs():
        given = flags.get(knob.field)
        if given is None or given == ():
            continue
        if knob.is_switch:
            yield knob.flag if given else f"--no-{knob.flag[2:]}"
        else:
            for each in given if knob.is_many else (given,):
                yield from (knob.flag, each)


def surroundings(url: str, flags: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables that point a command and its children to the server, past any proxy."""
    from mockserver.client.process import past_proxies

    token = flags.get("control_token")
    return {"MOCKSERVER_URL": url, **past_proxies(environ)} | ({"MOCKSERVER_CONTROL_TOKEN": token} if token else {})


def _temporary() -> Path | None:
    with contextlib.suppress(OSError):  # the file system may be read-only
        descriptor, name = tempfile.mkstemp(prefix="mockserver-exec-", suffix=".log")
        os.close(descriptor)
        return Path(name)
    return None


def _run(command: tuple[str, ...], environ: dict[str, str]) -> int:
    """Run a command, and return its exit code; signals to this process are passed on, and the server ends after it."""
    early: list[int] = []
    _when_ended(lambda number, _: early.append(number))
    try:
        child = subprocess.Popen(command, env=environ)
    except FileNotFoundError:
        fail(CANNOT_START, f"no such command: {command[0]}")
    except OSError as problem:
        fail(CANNOT_START, f"cannot run {command[0]}: {problem.strerror or problem}")
    _when_ended(lambda number, _: child.send_signal(number))
    for number in early:
        child.send_signal(number)
    signal.signal(signal.SIGINT, lambda *_: None)  # a terminal sends Ctrl-C to the command, too
    code = child.wait()
    return code if code >= 0 else 128 - code  # ended by a signal: the code that a shell returns


def _when_ended(act: Callable[[int, Any], Any]) -> None:
    for number in ENDINGS:
        signal.signal(number, act)


def _leave(number: int, _: Any) -> NoReturn:
    raise SystemExit(128 + number)
