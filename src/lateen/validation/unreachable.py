"""Routes that no request can reach, because an earlier one takes them all. Rule: `analyzeUnreachable…` in Istio."""

from collections.abc import Sequence

from lateen.api.virtual_service import HTTPMatchRequest, HTTPRoute, TCPRoute
from lateen.validation.field import Field

_CODE = "IST0130"


def check_unreachable(routes: Sequence[HTTPRoute | TCPRoute], field: Field) -> None:
    """Warn of routes after one without conditions, and of conditions that an earlier route has already."""
    taken: list[tuple[int, object]] = []
    everything = -1
    for place, route in enumerate(routes):
        if everything >= 0:
            message = f"never used: [{everything}] takes everything, because it has no conditions"
            (field / place).warn(message, "move the route without conditions to the end", _CODE)
            continue
        for index, match in enumerate(route.match):
            earlier = next((number for number, other in taken if _covers(other, match)), None)
            if earlier is not None and earlier != place:
                message = f"never used: [{earlier}] takes these requests"
                field.at(place, "match", index).warn(message, "move the narrower condition up", _CODE)
            taken.append((place, match))
        everything = everything if route.match else place


def _covers(wide: object, narrow: object) -> bool:
    """Whether every request that fits `narrow` surely fits `wide`."""
    if wide == narrow:
        return True
    if not isinstance(wide, HTTPMatchRequest) or not isinstance(narrow, HTTPMatchRequest):
        return False
    only = HTTPMatchRequest(name=wide.name, uri=wide.uri, stat_prefix=wide.stat_prefix)
    prefix = wide.uri.prefix if wide == only and wide.uri else None
    if prefix is None or narrow.uri is None or prefix in ("", "/"):
        return prefix in ("", "/")
    inside = narrow.uri.prefix if narrow.uri.prefix is not None else narrow.uri.exact
    return inside is not None and inside.startswith(prefix) and not narrow.ignore_uri_case
