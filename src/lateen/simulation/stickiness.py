"""Which of several clusters a request always goes to, where a hash of the request decides.

Rules: Envoy's `WeightedClusterSpecifierPlugin` and `HashPolicyImpl`.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from envoy.config.route.v3.route_components_pb2 import RouteAction

from lateen.lib.xxhash64 import rotated, xxhash64
from lateen.simulation.call import Call
from lateen.simulation.headers import request_headers
from lateen.simulation.outcome import SOURCE_ADDRESS, Sticky


def sticky_choice(action: RouteAction, call: Call) -> Sticky | None:
    """What the choice of a cluster clings to, `None` where it is by chance or there is none to make."""
    if not action.weighted_clusters.use_hash_policy.value:
        return None
    by = tuple(_words(policy) for policy in action.hash_policy)
    return Sticky(by=by, cluster=_chosen(action, call))


def _words(policy: RouteAction.HashPolicy) -> str:
    match policy.WhichOneof("policy_specifier"):
        case "header":
            return f"header {policy.header.header_name}"
        case "cookie":
            return f"cookie {policy.cookie.name}"
        case "query_parameter":
            return f"query parameter {policy.query_parameter.name}"
    return SOURCE_ADDRESS


def _chosen(action: RouteAction, call: Call) -> str:
    """The cluster for this very request, "" where nothing that it says is hashed."""
    if any(policy.HasField("connection_properties") for policy in action.hash_policy):
        return ""
    number = None
    for text in _hashed_texts(action, call):
        number = (rotated(number, 1) if number is not None else 0) ^ xxhash64(text.encode())
    if number is None:
        return ""
    targets = action.weighted_clusters.clusters
    place = number % sum(target.weight.value for target in targets)
    for target in targets:
        if place < target.weight.value:
            return target.name
        place -= target.weight.value
    return ""


def _hashed_texts(action: RouteAction, call: Call) -> Iterator[str]:
    for policy in action.hash_policy:
        text = _hashed_text(policy, call)
        if text is not None:
            yield text


def _hashed_text(policy: RouteAction.HashPolicy, call: Call) -> str | None:
    headers = request_headers(call)
    match policy.WhichOneof("policy_specifier"):
        case "header":
            return headers.get(policy.header.header_name.lower())
        case "cookie":
            return _cookie(headers.get("cookie", ""), policy.cookie.name) or None
        case "query_parameter":
            return _parameter(call.path, policy.query_parameter.name)
    return None


def _cookie(text: str, name: str) -> str:
    for part in text.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value.removeprefix('"').removesuffix('"')
    return ""


def _parameter(path: str, name: str) -> str | None:
    """The first value as it is written."""
    for part in urlsplit(path).query.split("&"):
        key, _, value = part.partition("=")
        if key == name:
            return value
    return None
