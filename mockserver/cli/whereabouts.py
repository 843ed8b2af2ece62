"""The URL of a command's server: from the environment, and in a container from its first process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

FIRST_PROCESS = Path("/proc/1/cmdline")
TOLD_BY_FLAGS = {
    "--host": "MOCKSERVER_HOST",
    "--port": "MOCKSERVER_PORT",
    "--control-token": "MOCKSERVER_CONTROL_TOKEN",
}


def url_of(environ: Mapping[str, str]) -> str:
    """Return the server's URL from the environment: MOCKSERVER_URL, else MOCKSERVER_HOST with MOCKSERVER_PORT, PORT or 8080."""
    url = environ.get("MOCKSERVER_URL")
    if url:
        return url
    host, port = _own(environ, "MOCKSERVER_HOST"), _own(environ, "MOCKSERVER_PORT") or environ.get("PORT") or "8080"
    host = {None: "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in str(host) else f"http://{host}:{port}"


def _own(environ: Mapping[str, str], name: str) -> str | None:
    """Return a setting; variables of a container runtime for a service named mockserver (``tcp://...``) are ignored."""
    value = environ.get(name)
    return value if value and "://" not in value else None


def container_flags(first_process: Path = FIRST_PROCESS) -> dict[str, str]:
    """Return the flags of the container's own ``mockserver serve`` as variables; empty if there is none."""
    try:
        words = first_process.read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return {}
    names = [PurePath(word).name for word in words]
    if "serve" not in names or not any(name.startswith("mockserver") for name in names[: names.index("serve")]):
        return {}
    return dict(_told(words[names.index("serve") + 1 :]))


def _told(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return variables and values of ``--port 80`` and ``--port=80``; the last one wins."""
    joined = [word.partition("=") for word in words]
    return [
        (TOLD_BY_FLAGS[flag], value if equals else following)
        for (flag, equals, value), following in zip(joined, [*words[1:], ""], strict=True)
        if flag in TOLD_BY_FLAGS and (value or following)
    ]
