"""Amounts of resources. Rule: Kubernetes' `resource.Quantity`."""

import re
from typing import Final

from lateen.api.scalar import Quantity
from lateen.validation.field import Field

_QUANTITY: Final = re.compile(r"([+-]?)(?:\d+(?:\.\d*)?|\.\d+)(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?")


def check_quantity(quantity: Quantity, field: Field) -> None:
    """Report what is no amount, or below zero."""
    found = _QUANTITY.fullmatch(str(quantity))
    if not found:
        field.error(f'"{str(quantity)[:80]}" is no amount', 'write "100m" or 0.1 for CPUs, "64Mi" or "1Gi" for memory')
    elif found[1] == "-":
        field.error(f"{quantity} is below zero", "write 0 or more")


def is_quantity(text: str) -> bool:
    """Whether a text is an amount."""
    return _QUANTITY.fullmatch(text) is not None
