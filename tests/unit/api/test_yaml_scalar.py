import math

import pytest

from lateen.api.yaml_scalar import Scalar, resolve_plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((word, True) for word in ("y", "Y", "yes", "on", "True", "TRUE")),
        *((word, False) for word in ("n", "no", "off", "False")),
        *((word, None) for word in ("", "~", "null", "Null")),
        ("0644", 420),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b101", 5),
        ("1_000", 1000),
        ("+1", 1),
        ("-0", 0),
        ("18446744073709551615", 2**64 - 1),
        ("1e3", 1000.0),
        ("1.5", 1.5),
        (".5", 0.5),
        ("089", 89.0),
    ],
)
def test_scalars_with_a_type_of_their_own(text: str, value: Scalar) -> None:
    found = resolve_plain(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text", ["2024-01-01", "2024-01-01T00:00:00Z", "1:30", "1.20.3", "yEs", "v1", "0x", "1e999", "_1", "-", "1s"]
)
def test_everything_else_is_a_text(text: str) -> None:
    assert resolve_plain(text) == text


def test_infinities_are_told_from_texts() -> None:
    assert resolve_plain("-.inf") == -math.inf
    assert isinstance(resolve_plain(".nan"), float)
