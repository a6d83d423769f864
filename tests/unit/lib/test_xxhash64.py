"""XXH64 by the values that its authors and others publish."""

import pytest

from lateen.lib.xxhash64 import xxhash64


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0xEF46DB3751D8E999),
        ("a", 0xD24EC4F1A98C6E5B),
        ("abc", 0x44BC2CF5AD770999),
        ("Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1),
    ],
)
def test_known_values(text: str, expected: int) -> None:
    assert xxhash64(text.encode()) == expected
