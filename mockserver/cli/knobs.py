"""Settings as command-line options: one flag for every setting of ``settings.py``."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import click

from mockserver.cli.exits import CANNOT_START, fail
from mockserver.cli.output import tell
from mockserver.settings import Knob, Settings, SettingsError, knobs, unknown_variables


def knob_options(*only: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds the flags of all settings, or of the named ones, to a click command."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for knob in reversed(list(knobs())):
            if not only or knob.field in only:
                command = _option(knob)(command)
        return command

    return decorate


def settings_of(flags: dict[str, Any]) -> Settings:
    """Return the settings from flags and environment; warn about unknown variables. A bad value ends the process with 2."""
    for warning in unknown_variables(os.environ):
        tell(f"mockserver: warning: {warning}", err=True)
    try:
        return Settings.resolve(flags, os.environ)
    except SettingsError as error:
        fail(CANNOT_START, str(error))


def _option(knob: Knob) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    help_text = f"{knob.help}  [{knob.variable}{_default(knob)}]"
    if knob.is_switch:
        name = f"{knob.flag}/--no-{knob.flag[2:]}" if knob.negatable else knob.flag
        return click.option(name, knob.field, is_flag=True, default=None, help=help_text)
    return click.option(knob.flag, knob.field, metavar=knob.metavar, multiple=knob.is_many, help=help_text)


def _default(knob: Knob) -> str:
    return "" if knob.default in (None, (), False) else f"; default {'on' if knob.default is True else knob.default}"
