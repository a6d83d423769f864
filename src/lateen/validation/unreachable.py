"""Routes and conditions that no request can reach. Rule: `analyzeUnreachable…Rules` in Istio."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from lateen.api.meta import Message
from lateen.api.virtual_service import HTTPMatchRequest, HTTPRoute, StringMatch, TCPRoute, TLSRoute
from lateen.validation.field import Field

_UNREACHABLE = "IST0130"
_INEFFECTIVE = "IST0131"
_FIRST_HINT = "move the route without conditions to the end"

Route = HTTPRoute | TLSRoute | TCPRoute


@dataclass(slots=True)
class _Taken:
    """The conditions of the rules so far, without their names, and the places of their rules."""

    exact: dict[bytes, int] = field(default_factory=dict)
    prefixes: list[tuple[int, HTTPMatchRequest]] = field(default_factory=list)


def check_unreachable(routes: Sequence[Route], field: Field) -> None:
    """Warn of routes after one without conditions and of those whose conditions all stand in an earlier one, note
    conditions that an earlier one covers."""
    taken, everything = _Taken(), -1
    for place, route in enumerate(routes):
        if everything >= 0:
            message = f"never used: rule {_name(routes, everything)} takes everything, because it has no conditions"
            (field / place).warn(message, _FIRST_HINT, _UNREACHABLE)
        elif not route.match:
            everything = place
        else:
            _check_matches(routes, place, taken, field)


def _check_matches(routes: Sequence[Route], place: int, taken: _Taken, field: Field) -> None:
    repeated = 0
    for index, match in enumerate(routes[place].match):
        where = field.at(place, "match", index)
        plain = _nameless(match)
        key = msgspec.json.encode(plain, order="deterministic", enc_hook=str)
        if key in taken.exact:
            repeated += 1
            name = _name(routes, taken.exact[key])
            where.note(f"never used: rule {name} has the same condition", "remove it", _INEFFECTIVE)
            continue
        taken.exact[key] = place
        if isinstance(plain, HTTPMatchRequest):
            _check_prefixes(routes, place, plain, taken, where)
    if repeated == len(routes[place].match):
        (field / place).warn("never used: earlier rules take all its requests", "remove it", _UNREACHABLE)


def _nameless(match: Message) -> Message:
    """The condition without what has no part in matching."""
    return msgspec.structs.replace(match, name="", stat_prefix="") if isinstance(match, HTTPMatchRequest) else match


def _check_prefixes(routes: Sequence[Route], place: int, match: HTTPMatchRequest, taken: _Taken, where: Field) -> None:
    """Note a condition that a prefix before it covers; an exact path may follow its prefix within one rule, where
    both lead to the same place."""
    is_prefix = match.uri is not None and bool(match.uri.prefix)
    for earlier, wide in taken.prefixes:
        if wide.uri != match.uri and (is_prefix or earlier != place) and _covers(wide, match):
            prefix = wide.uri.prefix if wide.uri else ""
            message = f'never used: rule {_name(routes, earlier)} takes these requests by its prefix "{prefix}"'
            where.note(message, "move the narrower condition up", _INEFFECTIVE)
            break
    if is_prefix:
        taken.prefixes.append((place, match))


def _name(routes: Sequence[Route], place: int) -> str:
    """The rule as messages name it: `[0] canary`."""
    route = routes[place]
    return f"[{place}] {route.name}" if isinstance(route, HTTPRoute) and route.name else f"[{place}]"


def _covers(wide: HTTPMatchRequest, narrow: HTTPMatchRequest) -> bool:
    """Whether every request that fits `narrow` surely fits `wide`: each condition of `wide` follows from one of
    `narrow`."""
    texts = (
        (wide.uri, narrow.uri),
        (wide.scheme, narrow.scheme),
        (wide.method, narrow.method),
        (wide.authority, narrow.authority),
        *_pairs(wide.headers, narrow.headers),
        *_pairs(wide.query_params, narrow.query_params),
    )
    return (
        all(_implies(one, other) for one, other in texts)
        and wide.ignore_uri_case >= narrow.ignore_uri_case
        and wide.without_headers.items() <= narrow.without_headers.items()
        and wide.source_labels.items() <= narrow.source_labels.items()
        and wide.port in (0, narrow.port)
        and wide.source_namespace in ("", narrow.source_namespace)
        and (not wide.gateways or (bool(narrow.gateways) and set(narrow.gateways) <= set(wide.gateways)))
    )


def _pairs(
    wide: Mapping[str, StringMatch], narrow: Mapping[str, StringMatch]
) -> list[tuple[StringMatch, StringMatch | None]]:
    return [(condition, narrow.get(name)) for name, condition in wide.items()]


def _implies(wide: StringMatch | None, narrow: StringMatch | None) -> bool:
    """Whether a text that fits `narrow` fits `wide`."""
    if wide is None or wide == narrow:
        return True
    if wide.prefix is None or narrow is None:
        return False
    inside = narrow.prefix if narrow.prefix is not None else narrow.exact
    return inside is not None and inside.startswith(wide.prefix)
