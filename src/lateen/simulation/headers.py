"""Changes to headers."""

from collections.abc import Iterable, Sequence

from envoy.config.core.v3.base_pb2 import HeaderValueOption

from lateen.simulation.call import Call


def request_headers(call: Call) -> dict[str, str]:
    """The headers a route can match on, pseudo headers included."""
    scheme = "https" if call.protocol.encrypted else "http"
    pseudo = {":method": call.method, ":authority": call.authority, ":path": call.path, ":scheme": scheme}
    return {**pseudo, **{name.lower(): value for name, value in call.headers.items()}}


def edited(
    headers: dict[str, str], levels: Iterable[tuple[Sequence[HeaderValueOption], Sequence[str]]]
) -> dict[str, str]:
    """The headers after each level's edits: the target's first, then the route's. Removals precede additions, and
    overwriting precedes appending. Values are taken literally: `%…%` is not filled in.
    """
    result = dict(headers)
    for additions, removals in levels:
        for name in removals:
            result.pop(name.lower(), None)
        ordered = sorted(additions, key=lambda option: option.append_action != _OVERWRITE)
        for option in ordered:
            _add(result, option)
    return result


def plain(headers: dict[str, str]) -> dict[str, str]:
    """Without pseudo headers."""
    return {name: value for name, value in headers.items() if not name.startswith(":")}


_OVERWRITE = HeaderValueOption.OVERWRITE_IF_EXISTS_OR_ADD


def _add(headers: dict[str, str], option: HeaderValueOption) -> None:
    name, value = option.header.key.lower(), option.header.value
    if not value and not option.keep_empty_value:
        return
    if option.append_action == _OVERWRITE or name not in headers:
        headers[name] = value
    else:
        headers[name] = f"{headers[name]},{value}"
