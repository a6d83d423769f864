"""The syntax of host names in Istio's kinds. Rules: `ValidateWildcardDomain` and its relatives in Istio."""

import re
from typing import Final

from lateen.validation.field import Field
from lateen.validation.names import is_ip, is_label

_CLUSTER: Final = re.compile(r"outbound_[^_]*[0-9][^_]*_[^_]*_[^_]*[a-zA-Z]")
LENGTH_LIMIT: Final = 255
HOST_HINT: Final = "write a DNS name, like reviews or reviews.default.svc.cluster.local"


def is_fqdn(text: str) -> bool:
    """Labels with dots, the last not a number; a dot may end it."""
    labels = text.split(".")
    if not text or len(text) > LENGTH_LIMIT or labels[-1].isdigit():
        return False
    if labels[-1] == "" and len(labels) > 1:
        labels.pop()
    return all(is_label(label) for label in labels)


def is_wildcard_domain(text: str) -> bool:
    """A name whose first label may be `*` or start with `*-`."""
    first, _, rest = text.partition(".")
    label = f"x{first[1:]}" if first.startswith("*") else first
    return len(text) <= LENGTH_LIMIT and is_label(label) and (not rest or is_fqdn(rest))


def is_cluster_name(text: str) -> bool:
    """A cluster's name as the server name of mTLS between gateways: `outbound_.80_._.reviews.default...`."""
    return len(text) <= LENGTH_LIMIT and _CLUSTER.match(text) is not None


def check_wildcard_domain(text: str, field: Field) -> None:
    """Report a text that is no host name, with a wildcard or without."""
    if not is_wildcard_domain(text):
        field.error(f'"{text[:80]}" is no host name', _why(text), "InvalidHost")


def check_destination_host(text: str, field: Field) -> None:
    """Report a text that names no service."""
    if text == "*":
        field.error("a route cannot go to every host", HOST_HINT, "InvalidHost")
    else:
        check_wildcard_domain(text, field)


def _why(text: str) -> str:
    if "://" in text or "/" in text:
        return "write the host only, without scheme and path"
    if re.search(r":\d+$", text):
        return 'write the host only, the port goes into "port"'
    if "*" in text[1:]:
        return "a * may only stand at the start"
    if text.lower() != text or "_" in text:
        return "use lower-case letters, digits, - and ."
    return HOST_HINT


def check_scoped_host(text: str, field: Field, *, gateway: bool) -> None:
    """Report what is no `namespace/name`; Gateways may leave the namespace out and use IP addresses."""
    namespace, slash, host = text.rpartition("/")
    if not slash and not gateway:
        hint = 'write "./name.example.com" for this namespace, "*/*" for everything'
        field.error(f'"{text[:80]}" has no namespace', hint, "InvalidHost")
        return
    if slash:
        _check_scope(namespace if gateway else namespace.removeprefix("~"), namespace, field, gateway=gateway)
    if host != "*" and "." not in host:
        field.error(f'"{host[:80]}" is a short name', "write the full name, or *", "InvalidHost")
    elif not (is_wildcard_domain(host) or (gateway and is_ip(host))):
        field.error(f'"{host[:80]}" is no host name', _why(host), "InvalidHost")
    elif "*" in host and host != "*" and not host.startswith("*."):
        field.error(f'"{host[:80]}" has a wildcard within a label', "write *.example.com", "InvalidHost")


def _check_scope(scope: str, shown: str, field: Field, *, gateway: bool) -> None:
    allowed = scope in ("*", ".") or is_label(scope) or (not gateway and scope == "" and shown == "~")
    if not allowed:
        field.error(f'"{shown[:80]}" is no namespace', 'write a namespace, "." for this one, or "*"', "InvalidHost")


def matches(one: str, other: str) -> bool:
    """Whether some name fits both: they are equal, or one is a wildcard that covers the other."""
    if one.startswith("*") and other.startswith("*"):
        return one[1:].endswith(other[1:]) or other[1:].endswith(one[1:])
    if one.startswith("*"):
        return other.endswith(one[1:])
    return one.endswith(other[1:]) if other.startswith("*") else one == other


def covers(wide: str, narrow: str) -> bool:
    """Whether every name that fits `narrow` fits `wide`."""
    if not wide.startswith("*"):
        return wide == narrow
    return narrow.endswith(wide[1:]) and (not narrow.startswith("*") or len(narrow) >= len(wide))
