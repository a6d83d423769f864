"""Rules for RouteRule. Source: `ValidateRouteRule` in Istio 0.5."""

from collections.abc import Iterable, Sequence

from lateen.api.route_rule import DestinationWeight, MatchCondition, RouteRule, RouteRuleSpec, SubnetMatch
from lateen.api.virtual_service import StringMatch
from lateen.validation.field import Field
from lateen.validation.istio_service import check_istio_service
from lateen.validation.names import check_labels, is_cidr
from lateen.validation.one_of import check_one_of
from lateen.validation.regex import check_regex
from lateen.validation.rule_action import (
    check_appended,
    check_fault,
    check_lower_case,
    check_redirect,
    check_retries,
    check_rewrite,
    check_rule_cors,
    check_timeout,
)

TOTAL_WEIGHT = 100


def check_route_rule(resource: RouteRule, root: Field) -> None:
    """Report everything about a RouteRule that Istio 0.5 would refuse, and what no longer means the same."""
    spec, field = resource.spec, root / "spec"
    check_istio_service(spec.destination, field / "destination", required=True)
    if spec.destination and spec.destination.labels:
        message = "a rule is for every version of its service"
        field.at("destination", "labels").error(message, "remove the labels, or move them to route", "Unsupported")
    _check_match(spec.match, field / "match")
    _check_route(spec.route, field / "route")
    _check_conflicts(spec, field)
    check_redirect(spec.redirect, field / "redirect")
    check_rewrite(spec.rewrite, field / "rewrite")
    check_timeout(spec.http_req_timeout, field / "httpReqTimeout")
    check_retries(spec.http_req_retries, field / "httpReqRetries")
    check_fault(spec.http_fault, field / "httpFault")
    check_istio_service(spec.mirror, field / "mirror")
    check_rule_cors(spec.cors_policy, field / "corsPolicy")
    check_appended(spec.append_headers, field / "appendHeaders")
    if spec.l4_fault is not None:
        (field / "l4Fault").error("faults of connections are not implemented", "remove l4Fault", "Unsupported")


def _check_conflicts(spec: RouteRuleSpec, field: Field) -> None:
    others: dict[str, object] = {
        "route": spec.route,
        "httpFault": spec.http_fault,
        "rewrite": spec.rewrite,
        "websocketUpgrade": spec.websocket_upgrade,
    }
    for name, value in others.items() if spec.redirect else ():
        if value:
            (field / name).error(f"{name} and redirect are both set", "keep one of them", "Conflict")


def _check_route(route: Sequence[DestinationWeight], field: Field) -> None:
    for place, target in enumerate(route):
        if target.destination is not None:
            check_istio_service(target.destination, field.at(place, "destination"))
        check_labels(target.labels, field.at(place, "labels"))
        if not 0 <= target.weight <= TOTAL_WEIGHT:
            field.at(place, "weight").error(f"{target.weight} is no percentage", "write 0 to 100")
    total = sum(target.weight for target in route)
    alone = len(route) == 1 and total == 0
    if route and not alone and total != TOTAL_WEIGHT:
        field.error(f"the weights sum to {total}", "they must sum to 100")


def _check_match(match: MatchCondition | None, field: Field) -> None:
    if match is None:
        return
    check_istio_service(match.source, field / "source")
    _check_subnets(match.tcp, field / "tcp")
    _check_subnets(match.udp, field / "udp")
    if match.udp is not None:
        (field / "udp").error("UDP is not supported", "remove the condition", "Unsupported")
    for name, value in match.request.headers.items() if match.request else ():
        where = field.at("request", "headers", name)
        check_lower_case(name, where)
        _check_text(name, value, where)


def _check_text(name: str, match: StringMatch, field: Field) -> None:
    check_one_of(match, ("exact", "prefix", "regex"), field, required=True)
    if name == "uri" and "" in (match.exact, match.prefix, match.regex):
        field.error("the path is empty", "write a path, like / for every one")
    elif match.regex is not None:
        check_regex(match.regex, field / "regex")


def _check_subnets(match: SubnetMatch | None, field: Field) -> None:
    if match is None:
        return
    fields: Iterable[tuple[str, Sequence[str]]] = (
        ("sourceSubnet", match.source_subnet),
        ("destinationSubnet", match.destination_subnet),
    )
    for name, subnets in fields:
        for place, subnet in enumerate(subnets):
            if "/" in subnet and not is_cidr(subnet):
                field.at(name, place).error(f'"{subnet[:80]}" is no range of addresses', "write it as 10.1.0.0/16")
