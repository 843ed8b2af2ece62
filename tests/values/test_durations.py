import pytest

from mockserver.values.durations import parse_duration, write_duration


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        ("250ms", 250),
        ("35s", 35_000),
        ("1.5s", 1_500),
        ("5m", 300_000),
        ("5min", 300_000),
        ("2h", 7_200_000),
        ("1d", 86_400_000),
        (" 2 h ", 7_200_000),
        (0.25, 250),
        (35, 35_000),
        ("35", 35_000),
        (0, 0),
    ],
)
def test_a_duration_is_read_in_milliseconds(written: object, milliseconds: int) -> None:
    assert parse_duration(written) == milliseconds


@pytest.mark.parametrize("written", ["", "s", "2 weeks", "-1s", -1, True, None, [], "1e3s", "٣s", float("nan"), 1e300])
def test_what_is_not_a_duration_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="not a duration such as 250ms, 35s, 2h"):
        parse_duration(written)


def test_a_signed_duration_may_go_back() -> None:
    assert parse_duration("-35s", signed=True) == -35_000
    assert parse_duration(-0.001, signed=True) == -1


@pytest.mark.parametrize("text", ["250ms", "90s", "2min", "3h", "2d", "0ms"])
def test_a_duration_is_written_in_its_largest_whole_unit(text: str) -> None:
    assert write_duration(parse_duration(text)) == text
