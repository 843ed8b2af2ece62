from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.settings import Settings, SettingsError, knobs, unknown_variables


def test_a_flag_beats_its_variable_and_a_variable_the_default() -> None:
    assert Settings.resolve({}, {}).port == 8080
    assert Settings.resolve({}, {"MOCKSERVER_PORT": "81"}).port == 81
    assert Settings.resolve({"port": "82"}, {"MOCKSERVER_PORT": "81"}).port == 82
    assert Settings.resolve({"port": None, "scenario": ()}, {"MOCKSERVER_SCENARIO": "a, b"}).scenario == ("a", "b")


def test_a_variable_that_is_empty_counts_as_not_given() -> None:
    assert Settings.resolve({}, {"MOCKSERVER_PORT": ""}).port == 8080


def test_a_switch_can_be_turned_either_way() -> None:
    assert Settings.resolve({}, {"MOCKSERVER_FREEZE": "yes"}).freeze is True
    assert Settings.resolve({"freeze": False}, {"MOCKSERVER_FREEZE": "1"}).freeze is False
    assert Settings.resolve({}, {"MOCKSERVER_FAST_PATH": "off"}).fast_path is False


@pytest.mark.parametrize(
    ("flags", "environ", "told"),
    [
        ({"port": "65536"}, {}, "--port: expected a whole number from 0 to 65535, found '65536'"),
        ({"port": "8 0"}, {}, "--port: expected a whole number from 0 to 65535, found '8 0'"),
        ({"port": "٣"}, {}, "--port: expected a whole number from 0 to 65535, found '٣'"),
        ({}, {"MOCKSERVER_JOURNAL": "-1"}, "MOCKSERVER_JOURNAL: expected a whole number from 0 to 1000000, found '-1'"),
        ({}, {"MOCKSERVER_AUTH": "lax"}, "MOCKSERVER_AUTH: expected one of strict, any, found 'lax'"),
        ({"fixtures": "/no/such"}, {}, "--fixtures: expected a directory that exists, found '/no/such'"),
        ({"fixtures": ""}, {}, "--fixtures: expected a directory that exists, found ''"),
        ({"clock": "noon"}, {}, "--clock: expected an ISO 8601 time such as 2019-03-13T18:00:00Z, found 'noon'"),
        ({}, {"MOCKSERVER_WATCH": "maybe"}, "MOCKSERVER_WATCH: expected true or false, found 'maybe'"),
    ],
)
def test_a_bad_value_is_one_line_that_names_its_source(
    flags: dict[str, str], environ: dict[str, str], told: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.resolve(flags, environ)
    assert str(caught.value) == told


def test_an_unknown_variable_is_told_with_the_nearest_name() -> None:
    environ = {
        "MOCKSERVER_PROT": "1",
        "MOCKSERVER_URL": "x",
        "MOCKSERVER_PORT": "1",
        "MOCKSERVER_ZZZZ": "",
        "PORT": "2",
    }
    assert list(unknown_variables(environ)) == [
        "MOCKSERVER_PROT is not a setting; did you mean MOCKSERVER_PORT?",
        "MOCKSERVER_ZZZZ is not a setting",
    ]


def test_every_knob_has_a_flag_a_variable_and_a_sentence() -> None:
    for knob in knobs():
        assert knob.flag == "--" + knob.field.replace("_", "-")
        assert knob.variable == "MOCKSERVER_" + knob.field.upper()
        assert knob.help.endswith(".")


def test_a_directory_is_a_path(tmp_path: Path) -> None:
    assert Settings.resolve({"fixtures": str(tmp_path)}, {}).fixtures == tmp_path
