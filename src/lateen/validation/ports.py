"""Ports that may be named. Rule: Kubernetes' `IsValidPortName`."""

import re
from typing import Final

from lateen.api.scalar import IntOrString
from lateen.validation.field import Field
from lateen.validation.names import check_port

_NAME: Final = re.compile(r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
PORT_NAME_HINT: Final = "use up to 15 lower-case letters, digits and single -, with a letter among them"


def is_port_name(text: str) -> bool:
    """The name of a container's port."""
    return len(text) <= 15 and _NAME.fullmatch(text) is not None


def check_port_or_name(port: IntOrString, field: Field) -> None:
    """Report what is neither a port's number nor its name."""
    if isinstance(port, int):
        check_port(port, field)
    elif port.isdigit():
        field.error(f'"{port}" is a text, so it is taken for a name', f"remove the quotes: {port}", "InvalidPort")
    elif not is_port_name(port):
        field.error(f'"{port[:80]}" is no port name', PORT_NAME_HINT, "InvalidPort")
