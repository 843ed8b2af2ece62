"""Every knob of the mock server: its flag, its variable, its default. Flag beats variable beats default."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a mock server is started with. ``None`` for a directory means the one that ships."""

    host: str = "127.0.0.1"
    port: int = 8080
    fixtures: Path | None = None
    scenarios: Path | None = None
    scenario: tuple[str, ...] = ()
    clock: str | None = None
    freeze: bool = False
    revision: str = "union"
    auth: str = "strict"
    journal: int = 1_000
    max_worlds: int = 256
    max_body: int = 10 * 1024 * 1024
    watch: bool = False
    control_token: str | None = None
    log_format: str = "text"
    trust_proxy: bool = False
    fast_path: bool = True
    seed: int = 0
