"""Names and values of HTTP headers in rules. Rules: `ValidateHTTPHeader…` in Istio."""

import re
from typing import Final

from lateen.api.virtual_service import HeaderOperations, Headers
from lateen.validation.field import Field

_MATCHED: Final = re.compile(r"[-_A-Za-z0-9.!#$%&'*+^`|~]+")
_PSEUDO: Final = frozenset((":method", ":scheme", ":authority", ":path", ":status"))
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_LIST: Final = r'\[ *"(?:\\.|[^\\")])*"(?: *, *"(?:\\.|[^\\")])*")* *\]'
_VARIABLE: Final = rf'%(?!%)[^%(]*(?:\( *(?:{_LIST} *|[^ \[](?:\\.|[^\\)"])*)\) *)?%'
_VALUE: Final = re.compile(rf"(?:[^%]|%%|{_VARIABLE})*")
"""Text with variables: `%NAME%`, `%NAME(argument)%`, `%NAME(["argument"])%`. Rule: `validateHeaderValue` in Istio."""
CLAIM: Final = "@request.auth.claims"


def is_authority(name: str) -> bool:
    return name.lower() in (":authority", "host")


def check_matched_name(name: str, field: Field) -> None:
    """Report a name that no request header can have."""
    if name.startswith(CLAIM) or name in _PSEUDO:
        return
    if not name or not _MATCHED.fullmatch(name):
        field.error(f'"{name[:80]}" is no header name', "use letters, digits, - and _", "InvalidHeader")


def check_cors_name(name: str, field: Field) -> None:
    """Report a name that cannot stand in a CORS policy; `*` can."""
    if not _MATCHED.fullmatch(name):
        field.error(f'"{name[:80]}" is no header name', "use letters, digits, - and _, or *", "InvalidHeader")


def check_headers(headers: Headers | None, field: Field) -> None:
    """Report changes of headers that Envoy refuses."""
    if headers is None:
        return
    if headers.request:
        _check_operations(headers.request, field / "request", request=True)
    if headers.response:
        _check_operations(headers.response, field / "response", request=False)


def _check_operations(operations: HeaderOperations, field: Field, *, request: bool) -> None:
    for key, headers in (("set", operations.set), ("add", operations.add)):
        for name, value in headers.items():
            check_added(name, value, field.at(key, name), authority=request)
    for place, name in enumerate(operations.remove):
        _check_changed(name, field.at("remove", place), authority=False)


def check_added(name: str, value: str, field: Field, *, authority: bool) -> None:
    """Report a header that cannot be given that value; `authority`: whether `:authority` can be changed here."""
    _check_changed(name, field, authority=authority)
    _check_value(value, field)


def _check_changed(name: str, field: Field, *, authority: bool) -> None:
    if is_authority(name) and not authority:
        field.error(f'"{name}" cannot be changed here', "only a request's can be set", "InvalidHeader")
    elif name.startswith(":") and not is_authority(name):
        field.error(f'"{name}" cannot be changed', 'headers that start with ":" are not the user\'s', "InvalidHeader")
    elif not name or _CONTROL.search(name):
        field.error(f'"{name[:80]}" is no header name', "use letters, digits, - and _", "InvalidHeader")
    elif not is_authority(name) and not _MATCHED.fullmatch(name):
        field.warn(f'no header is called "{name[:80]}"', "use letters, digits, - and _", "InvalidHeader")


def _check_value(value: str, field: Field) -> None:
    if _CONTROL.search(value):
        field.error("the value has control characters", "write it in one line", "InvalidHeader")
    elif not _VALUE.fullmatch(value):
        field.error(
            f'"{value[:80]}" has a single %', 'write "%%" for a percent sign, %NAME% for a variable', "InvalidHeader"
        )
