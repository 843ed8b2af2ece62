"""The settings of the mock server, one row each: field, default, help and parser. A flag overrides a variable.

A field's name gives its flag and its variable: ``max_worlds`` is ``--max-worlds`` and ``MOCKSERVER_MAX_WORLDS``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from mockserver.revisions import REVISIONS, UNION
from mockserver.spelling import nearest

PREFIX = "MOCKSERVER_"
# variables with this prefix that are no settings of a server: the commands that control one read them
OTHER_VARIABLES = frozenset({"MOCKSERVER_URL", "MOCKSERVER_WORLD", "MOCKSERVER_CAPSULES"})
# what Kubernetes and Docker's links set for a service or container called mockserver, or mockserver-tls and the like
_LINK = re.compile(
    r"MOCKSERVER_(SERVICE_\w+|PORT_\w+|ENV_\w+|\w+_SERVICE_(HOST|PORT(_\w+)?)|\w+_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)"
)
_ENDPOINT = re.compile(r"(tcp|udp|sctp)://", re.IGNORECASE)

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(\[[0-9a-f:]+\]|[a-z0-9._-]+)(:\d{1,5})?")


class SettingsError(Exception):
    """A flag or variable has an impossible value; the text is one line that names it."""


def _integer(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.strip().isascii() and text.strip().lstrip("-").isdigit() and least <= int(text) <= most):
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return parse


def _one_of(*values: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in values:
            raise ValueError("one of " + ", ".join(values))
        return text

    return parse


def _switch(text: str) -> bool:
    if text.lower() not in {"1", "0", "true", "false", "yes", "no", "on", "off", ""}:
        raise ValueError("true or false")
    return text.lower() in {"1", "true", "yes", "on"}


def _directory(text: str) -> Path:
    if not text.strip() or not Path(text).is_dir():  # an empty path would mean the working directory
        raise ValueError("a directory that exists")
    return Path(text)


def _instant(text: str) -> str:
    from mockserver.values.instants import parse_iso

    try:
        parse_iso(text)
    except ValueError as error:
        raise ValueError("an ISO 8601 time such as 2019-03-13T18:00:00Z") from error
    return text


def _duration(text: str) -> str:
    from mockserver.values.durations import EXPECTED, parse_duration

    try:
        parse_duration(text)
    except ValueError as error:
        raise ValueError(EXPECTED) from error
    return text


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        raise ValueError("HOST:PORT")
    return text


def _store(text: str) -> str:
    kind, _, rest = text.partition(":")
    if text != "memory" and not (kind in ("sqlite", "redis", "rediss") and rest.strip("/ ")):
        raise ValueError("memory, sqlite:FILE or redis://HOST:PORT/DB")
    return text


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("not empty")
    return text


def _ids(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _path(text: str) -> Path:
    try:
        return Path(_text(text)).expanduser()
    except RuntimeError as error:  # this user has no home, or there is no such user
        raise ValueError("a path whose home directory exists") from error


def _host_names(text: str) -> tuple[str, ...]:
    names = _ids(text)
    if not all(re.fullmatch(r"[A-Za-z0-9.:*-]{1,253}", name) for name in names):
        raise ValueError("host names or addresses, without a port")
    return names


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(origin.lower() for origin in _ids(text))
    if not all(origin in ("*", "null") or _ORIGIN.fullmatch(origin) for origin in origins):
        raise ValueError("an origin such as http://localhost:5173, with no path, or *")
    return origins


def _or(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}"


def knob(default: Any, help: str, parse: Callable[[str], Any], metavar: str = "", *, negatable: bool = False) -> Any:  # noqa: A002
    """Declare one knob. ``negatable`` gives a switch that is on by default its ``--no-...``."""
    return field(default=default, metadata={"help": help, "parse": parse, "metavar": metavar, "negatable": negatable})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a mock server is started with. ``None`` for a directory means the one that ships."""

    host: str = knob("127.0.0.1", "Address to listen on; 0.0.0.0 for every network.", _text, "ADDRESS")
    port: int = knob(8080, "Port to listen on; 0 takes a free one and prints it.", _integer(0, 65_535), "PORT")
    fixtures: Path | None = knob(None, "Directory of fixture files.", _directory, "DIR")
    scenarios: Path | None = knob(None, "Directory of scenario files, besides those that ship.", _directory, "DIR")
    scenario: tuple[str, ...] = knob((), "Scenario that is active from the start; may be repeated.", _ids, "ID")
    clock: str | None = knob(None, "Where the default world's clock starts, running on from there.", _instant, "ISO")
    freeze: bool = knob(False, "Hold the clock where it starts.", _switch)
    revision: str = knob(UNION, f"The API as of a date: {_or(REVISIONS)}.", _one_of(*REVISIONS), "REVISION")
    auth: str = knob("strict", "strict, or any to accept every token.", _one_of("strict", "any"), "strict|any")
    strict: bool = knob(False, "Refuse what the documents of the date do not have, with 422.", _switch)
    journal: int = knob(1_000, "Requests remembered in each world; 0 for none.", _integer(0, 1_000_000), "N")
    max_worlds: int = knob(256, "Worlds kept; of those not in use the idle longest goes.", _integer(1, 100_000), "N")
    keep_worlds: str = knob(
        "24h", "How long a world arranged by a control call stays after it was last asked.", _duration, "DURATION"
    )
    world_domain: tuple[str, ...] = knob(
        (), "Domain whose NAME.DOMAIN is the world NAME, as NAME.localhost is; may be repeated.", _host_names, "DOMAIN"
    )
    store: str = knob(
        "memory",
        "Where worlds are kept: memory, sqlite:FILE, or redis://HOST:PORT/DB (extra redis).",
        _store,
        "STORE",
    )
    advertise: str | None = knob(
        None, "Address at which other processes reach this one, where they share a store.", _address, "HOST:PORT"
    )
    drain: str = knob(
        "5s", "How long to forward requests after worlds were handed over at a stop.", _duration, "DURATION"
    )
    world_ttl: str = knob("7d", "How long a store keeps a world that nobody asks.", _duration, "DURATION")
    max_body: int = knob(10 * 1024 * 1024, "Largest request body, in bytes.", _integer(1, 2**31 - 1), "BYTES")
    watch: bool = knob(False, "Take up changed fixture and scenario files while running.", _switch)
    tls: bool = knob(False, "Serve HTTPS too, with a certificate of the mock's own authority.", _switch)
    tls_port: int | None = knob(None, "Port of HTTPS; default the one after --port.", _integer(0, 65_535), "PORT")
    tls_name: tuple[str, ...] = knob(
        (), "Further host name or address that the certificate is for; may be repeated.", _host_names, "NAME"
    )
    data_dir: Path | None = knob(
        None, "Directory for what lasts, the certificate authority; default the user's own.", _path, "DIR"
    )
    cors: tuple[str, ...] = knob(
        (), "Origin of a web app that may read the API's answers, or *; may be repeated.", _origins, "ORIGIN"
    )
    control_token: str | None = knob(None, "Token that /__mock asks of every address but loopback.", _text, "TOKEN")
    allow_host: tuple[str, ...] = knob(
        (), "Further public host name that /__mock answers to; may be repeated.", _ids, "NAME"
    )
    access_log: str = knob(
        "auto",
        "Log a line a request to stderr: on, off, or auto (on a terminal, and as JSON).",
        _one_of("auto", "on", "off"),
        "auto|on|off",
    )
    log_format: str = knob(
        "text",
        "What is printed while serving, the access log too: text, or lines of JSON.",
        _one_of("text", "json"),
        "text|json",
    )
    redact: str = knob(
        "unknown",
        "Tokens and passwords masked in the journal: all, those that are not the world's own, or none.",
        _one_of("all", "unknown", "none"),
        "all|unknown|none",
    )
    quiet: bool = knob(False, "Print nothing but errors.", _switch)
    trust_proxy: bool = knob(False, "Believe Forwarded and X-Forwarded-Proto, -Host, -Port and -Prefix.", _switch)
    fast_path: bool = knob(True, "Answer the API without entering Flask.", _switch, negatable=True)
    seed: int = knob(0, "Seed of all chance.", _integer(0, 2**63 - 1), "N")

    @classmethod
    def resolve(cls, flags: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
        """Return the settings from flags (by field: text, switch, or None) and variables.

        Raise SettingsError with one line that names the flag or variable.
        """
        values = {}
        for row in knobs():
            given, source = flags.get(row.field), row.flag
            if given is None or given == ():
                given, source = variable(environ, row.variable), row.variable
            if given is not None:
                values[row.field] = row.value(given, source)
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Knob:
    """One row of the settings, as a command line, a table or a page shows it."""

    field: str
    default: Any
    help: str
    parse: Callable[[str], Any]
    metavar: str
    negatable: bool

    @property
    def flag(self) -> str:
        """The command line's name for it."""
        return "--" + self.field.replace("_", "-")

    @property
    def variable(self) -> str:
        """The environment's name for it."""
        return PREFIX + self.field.upper()

    @property
    def is_switch(self) -> bool:
        """Whether the flag takes no value."""
        return isinstance(self.default, bool)

    @property
    def is_many(self) -> bool:
        """Whether the flag may be repeated."""
        return isinstance(self.default, tuple)

    def value(self, given: Any, source: str) -> Any:
        """Parse a text, texts or a switch. Raise SettingsError naming ``source``."""
        if isinstance(given, bool):
            return given
        text = ",".join(given) if isinstance(given, tuple) else str(given)
        try:
            return self.parse(text)
        except ValueError as error:
            raise SettingsError(f"{source}: expected {error}, found {text!r}") from error


def knobs() -> Iterator[Knob]:
    """Return all settings' rows, in order."""
    for row in fields(Settings):
        yield Knob(row.name, row.default, **row.metadata)


def variable(environ: Mapping[str, str], name: str) -> str | None:
    """Return a variable's value, None if it is not set, empty, or set by a link and not the user."""
    value = environ.get(name)
    return value if value and not _is_link(name, value) else None


def _is_link(name: str, value: str) -> bool:
    """Return whether Kubernetes or Docker set a variable, with the address of a service called mockserver."""
    is_address = name.endswith(("_PORT", "_HOST")) and _ENDPOINT.match(value) is not None
    return is_address or _LINK.fullmatch(name) is not None


def unknown_variables(environ: Mapping[str, str]) -> Iterator[str]:
    """Return warnings, one line each, about unknown ``MOCKSERVER_*`` variables; those of links share a line."""
    known = [name.removeprefix(PREFIX) for name in (*(row.variable for row in knobs()), *sorted(OTHER_VARIABLES))]
    ours = sorted(name for name in environ if name.startswith(PREFIX))
    links = [name for name in ours if _is_link(name, environ[name])]
    if links:
        yield f"ignored, as set for a service called mockserver and not for its settings: {', '.join(links)}"
    for name in ours:
        if name not in links and name.removeprefix(PREFIX) not in known:
            near = nearest(name.removeprefix(PREFIX), known, 0.6)
            yield f"{name} is not a setting" + (f"; did you mean {PREFIX}{near}?" if near else "")
