"""Kubernetes quantities as numbers. Rule source: Kubernetes' `resource.Quantity`."""

from decimal import Decimal, InvalidOperation

_BINARY = {suffix: Decimal(1024) ** (power + 1) for power, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))}
_DECIMAL = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal(1000),
    "M": Decimal(10) ** 6,
    "G": Decimal(10) ** 9,
    "T": Decimal(10) ** 12,
    "P": Decimal(10) ** 15,
    "E": Decimal(10) ** 18,
}
_SUFFIXES = _BINARY | _DECIMAL


def parse_quantity(text: int | float | str) -> Decimal:
    """`100m` is 0.1, `64Mi` is 67108864. Raises ValueError for anything else."""
    word = str(text).strip()
    suffix = next((s for s in _SUFFIXES if word.endswith(s)), "")
    try:
        return Decimal(word.removesuffix(suffix)) * _SUFFIXES.get(suffix, Decimal(1))
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a quantity like 100m, 2 or 64Mi") from None
