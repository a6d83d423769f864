from decimal import Decimal

import pytest

from lateen.node.quantity import parse_quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [("100m", "0.1"), (2, "2"), ("64Mi", 64 * 2**20), ("1k", 1000), ("1.5Gi", 3 * 2**29), ("1e3", 1000)],
)
def test_quantities(text: str | int, value: str | int) -> None:
    assert parse_quantity(text) == Decimal(value)


def test_nonsense() -> None:
    with pytest.raises(ValueError, match="lots"):
        parse_quantity("lots")
