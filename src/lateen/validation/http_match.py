"""Conditions of HTTP routes. Rules: `validateHTTPRouteMatchRequest` in Istio."""

from collections.abc import Sequence
from typing import Final

from lateen.api.virtual_service import HTTPMatchRequest, StringMatch
from lateen.validation.field import Field
from lateen.validation.hosts import is_fqdn
from lateen.validation.http_header import CLAIM, check_matched_name
from lateen.validation.names import LABEL_HINT, check_labels, check_port, is_label
from lateen.validation.one_of import check_one_of
from lateen.validation.regex import check_regex

_TEXTS: Final = ("exact", "prefix", "regex")


def check_http_match(match: HTTPMatchRequest, field: Field, *, gateway: bool) -> None:
    """Report conditions that cannot be; `gateway`: whether the rule applies to one, where claims can be matched."""
    check_string_match(match.uri, field / "uri", empty_prefix=True)
    check_string_match(match.scheme, field / "scheme")
    check_string_match(match.method, field / "method")
    check_string_match(match.authority, field / "authority")
    for name, value in match.query_params.items():
        check_string_match(value, field.at("queryParams", name))
    for name, value in match.headers.items():
        _check_header(name, value, field.at("headers", name), gateway=gateway)
    for name, value in match.without_headers.items():
        where = field.at("withoutHeaders", name)
        present = value.regex == "*"
        if present:
            check_one_of(value, _TEXTS, where)
        _check_header(name, None if present else value, where, gateway=gateway)
    check_source(match.port, match.source_labels, field)
    if match.source_namespace and not is_label(match.source_namespace):
        message = f'"{match.source_namespace[:80]}" is no namespace'
        (field / "sourceNamespace").error(message, LABEL_HINT, "InvalidName")
    check_gateway_names(match.gateways, field / "gateways")


def check_string_match(match: StringMatch | None, field: Field, *, empty_prefix: bool = False) -> None:
    """Report a condition on a text that is empty, or an expression that proxies refuse."""
    if match is None:
        return
    check_one_of(match, _TEXTS, field)
    if match.prefix == "" and not empty_prefix:
        (field / "prefix").error("the prefix is empty", "every text has it: remove the condition")
    if match.regex is not None:
        check_regex(match.regex, field / "regex")


def _check_header(name: str, value: StringMatch | None, field: Field, *, gateway: bool) -> None:
    check_matched_name(name, field)
    check_string_match(value, field)
    if name.startswith(CLAIM) and not gateway:
        field.error("claims can be matched on gateways only", 'name a gateway in "gateways"')
    elif name.lower() != name and not name.startswith(CLAIM):
        field.warn(
            f'"{name}" has upper-case letters', f'header names are compared in lower case: write "{name.lower()}"'
        )


def check_source(port: int, labels: dict[str, str], field: Field) -> None:
    """Report conditions on port and client that cannot hold; port 0 is absent."""
    if port:
        check_port(port, field / "port")
    check_labels(labels, field / "sourceLabels")


def check_gateway_names(names: Sequence[str], field: Field) -> None:
    """Report what is neither `mesh`, a gateway's name nor `namespace/name`."""
    for place, name in enumerate(names):
        namespace, slash, rest = name.partition("/")
        if slash and not (is_label(namespace) and is_label(rest)):
            (field / place).error(f'"{name[:80]}" is no gateway', 'write "namespace/name", or "mesh"', "InvalidName")
        elif not slash and not is_fqdn(name):
            (field / place).error(
                f'"{name[:80]}" is no gateway', 'write "name", "namespace/name" or "mesh"', "InvalidName"
            )
        elif not slash and "." in name:
            parts = name.split(".")
            (field / place).warn("this form is old", f'write "{parts[1]}/{parts[0]}"', "Deprecated")
