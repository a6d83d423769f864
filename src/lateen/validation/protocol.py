"""Protocols of ports, as Istio's kinds name them. Rule: `pkg/config/protocol` in Istio."""

from typing import Final

from lateen.validation.field import Field
from lateen.validation.schema import closest

HTTP: Final = frozenset(("HTTP", "HTTP2", "GRPC", "GRPC-WEB", "HTTP_PROXY"))
TLS: Final = frozenset(("HTTPS", "TLS"))
TCP: Final = frozenset(("TCP", "MONGO", "REDIS", "MYSQL", "HTTPS", "TLS"))
_KNOWN: Final = (*sorted(HTTP), *sorted(TCP), "UDP")


def check_protocol(text: str, field: Field) -> str:
    """Report a protocol nobody knows; returns it in upper case."""
    word = text.upper()
    if word not in _KNOWN:
        meant = closest(text, _KNOWN)
        known = "HTTP, HTTP2, GRPC, GRPC-WEB, HTTPS, TLS, TCP, MONGO, REDIS or MYSQL"
        field.error(f'"{text[:80]}" is no protocol', f"did you mean {meant}?" if meant else f"write {known}")
    return word
