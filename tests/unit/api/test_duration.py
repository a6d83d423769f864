import pytest

from lateen.api.duration import Duration, parse_duration


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0", 0),
        ("0s", 0),
        ("1.5s", 1_500_000_000),
        ("1h2m", 3_720 * 10**9),
        ("300ms", 300 * 10**6),
        (".5s", 500_000_000),
        ("1us", 1_000),
        ("1µs", 1_000),
        ("2ns", 2),
        ("-3s", -3 * 10**9),
        ("1.000000001s", 1_000_000_001),
    ],
)
def test_go_syntax_is_read_to_the_nanosecond(text: str, nanoseconds: int) -> None:
    assert parse_duration(text).nanoseconds == nanoseconds


@pytest.mark.parametrize(
    "text", ["", "10", "s", "1 s", "1d", "1s1", "one second", "1e3s", "9" * 80 + "s", "99999999999999h"]
)
def test_what_spells_no_duration_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "printed"), [("1h", "3600s"), ("1500ms", "1.5s"), ("-1.25s", "-1.25s"), ("1ns", "0.000000001s")]
)
def test_printed_as_protobuf_does(text: str, printed: str) -> None:
    assert str(parse_duration(text)) == printed
    assert parse_duration(printed) == parse_duration(text)


def test_values_compare_and_do_not_change() -> None:
    assert Duration(milliseconds=1500) == Duration(seconds=1.5)
    assert Duration(seconds=1) < Duration(seconds=2)
    assert (Duration(seconds=1.5).milliseconds, Duration(seconds=1.5).seconds) == (1500, 1.5)
    with pytest.raises(AttributeError):
        Duration().nanoseconds = 1
