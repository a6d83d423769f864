"""Certificates that a proxy presents, and those that it checks its peers by."""

from typing import Any

from lateen.ir.origin import ConfigOrigin
from lateen.ir.value import Value


class Secret(Value):
    """One SDS resource, in PEM: a certificate with its key, or an authority with its list of revoked certificates.

    `origins` are the resources on whose behalf the proxy gets it.
    """

    name: str
    certificate: bytes = b""
    private_key: bytes = b""
    ca: bytes = b""
    crl: bytes = b""
    origins: tuple[ConfigOrigin, ...] = ()

    def __repr__(self) -> str:
        """The name only: keys must not reach a log."""
        return f"Secret({self.name})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """The same for prettier printers; `Any` is msgspec's."""
        return [("name", self.name)]
