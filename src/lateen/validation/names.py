"""The syntax of names, labels and ports. Rules: Kubernetes' `apimachinery/pkg/util/validation`."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Final

from lateen.validation.field import Field

_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LABEL_1035: Final = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN: Final = re.compile(rf"{_LABEL.pattern}(\.{_LABEL.pattern})*")
_QUALIFIED: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_ENV: Final = re.compile(r"[ -<>-~]+")
_CONFIG_KEY: Final = re.compile(r"[-._a-zA-Z0-9]+")

LAST_PORT: Final = 65535
PORT_HINT: Final = "ports are numbers from 1 to 65535"
VALUE_LIMIT: Final = 63
"""Characters of a label's value."""

LABEL_HINT: Final = "use lower-case letters, digits and -, and start and end with a letter or digit"
SUBDOMAIN_HINT: Final = "use lower-case letters, digits, - and ., and start and end with a letter or digit"
VALUE_HINT: Final = "use up to 63 letters, digits, -, _ and ., and start and end with a letter or digit"


def is_dns_label(text: str) -> bool:
    """RFC 1123 label: at most 63 characters."""
    return len(text) <= 63 and _LABEL.fullmatch(text) is not None


def is_label(text: str) -> bool:
    """RFC 1123 label in either case, as names within Istio's kinds may be."""
    return is_dns_label(text.lower())


def is_dns_1035_label(text: str) -> bool:
    """RFC 1035 label: starts with a letter."""
    return len(text) <= 63 and _LABEL_1035.fullmatch(text) is not None


def is_dns_subdomain(text: str) -> bool:
    """RFC 1123 subdomain: labels with dots, at most 253 characters."""
    return len(text) <= 253 and _SUBDOMAIN.fullmatch(text) is not None


def is_qualified_name(text: str) -> bool:
    """A label's or annotation's key: `[prefix/]name`."""
    prefix, slash, name = text.rpartition("/")
    good = len(name) <= 63 and _QUALIFIED.fullmatch(name) is not None
    return good and (not slash or is_dns_subdomain(prefix))


def is_label_value(text: str) -> bool:
    """A label's value; may be empty."""
    return text == "" or (len(text) <= VALUE_LIMIT and _QUALIFIED.fullmatch(text) is not None)


def is_env_name(text: str) -> bool:
    """An environment variable's name: printable ASCII without `=`."""
    return _ENV.fullmatch(text) is not None


def is_config_key(text: str) -> bool:
    """A key of a ConfigMap or Secret: a file's name."""
    return len(text) <= 253 and _CONFIG_KEY.fullmatch(text) is not None and text not in (".", "..")


def is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def is_cidr(text: str) -> bool:
    """An address with a prefix length; host bits may be set, as Go's ParseCIDR allows."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return "/" in text


def check_port(number: int, field: Field) -> None:
    """Report a port number outside of 1 to 65535."""
    if not 1 <= number <= LAST_PORT:
        field.error(f"{number} is not a port", PORT_HINT, "InvalidPort")


def check_labels(labels: Mapping[str, str], field: Field) -> None:
    """Report keys and values that are no labels."""
    for key, message, hint in _label_mistakes(labels):
        (field / key).error(message, hint, "InvalidLabel")


def warn_of_labels(labels: Mapping[str, str], field: Field) -> None:
    """Warn of keys and values that nothing can have, where Istio does not look at them."""
    for key, message, hint in _label_mistakes(labels):
        (field / key).warn(message, hint, "InvalidLabel")


def check_selector(labels: Mapping[str, str], field: Field, name: str = "labels") -> None:
    """Report wildcards and what is empty or too long, warn of what nothing can have, and of no labels at all, as Istio
    does; `name` is that of the selector's own field."""
    if not labels:
        field.warn("has no labels, so it selects the whole namespace", f"add {name}")
    usual = {}
    for key, value in labels.items():
        if not key or "*" in key + value or len(value) > VALUE_LIMIT:
            field.at(name, key).error(f'"{key}: {value[:80]}" selects nothing', VALUE_HINT, "InvalidLabel")
        else:
            usual[key] = value
    warn_of_labels(usual, field / name)


def _label_mistakes(labels: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for key, value in labels.items():
        if not is_qualified_name(key):
            yield key, f'"{key}" is no label key', f"{VALUE_HINT}; a domain and / may stand before"
        if not is_label_value(value):
            yield key, f'"{value[:80]}" is no label value', VALUE_HINT
