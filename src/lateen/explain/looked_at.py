"""Which rules were looked at for a call, and why each did not take it."""

from collections.abc import Iterator

from envoy.config.route.v3.route_components_pb2 import Route

from lateen.api.problem import ResourceRef
from lateen.api.virtual_service import HTTPMatchRequest, HTTPRoute, VirtualService
from lateen.explain.caller import Caller
from lateen.explain.conditions import unmet
from lateen.explain.connections_looked_at import connections_looked_at
from lateen.explain.parts import rule_number
from lateen.explain.passage import Passage
from lateen.explain.result import LookedAt
from lateen.explain.sources import config_ref, place_of, short_name
from lateen.simulation.routing import config_of, delegate_of, delegate_rule_of, rule_of

NOT_REACHED = "an earlier rule takes the request"


def looked_at(passage: Passage, caller: Caller) -> tuple[LookedAt, ...]:
    """Every rule of the VirtualServices that govern the called host, in the order in which they are asked."""
    if passage.manager is None:
        return connections_looked_at(passage, caller)
    if passage.virtual_host is None:
        return ()
    reasons = _reasons(passage)
    refs = list(dict.fromkeys(ref for ref, _ in reasons))
    return tuple(entry for ref in refs for entry in _entries(passage, caller, ref, reasons))


def _reasons(passage: Passage) -> dict[tuple[ResourceRef, int], list[str]]:
    """By rule: why each of its routes before the one taken did not match; those after it were not asked."""
    taken = passage.outcome.position
    found: dict[tuple[ResourceRef, int], list[str]] = {}
    for position, route in enumerate(passage.virtual_host.routes if passage.virtual_host else ()):
        for ref, number in _rules(route):
            words = found.setdefault((ref, number), [])
            if taken is None or position < taken:
                words.append(f"it asks for {' and '.join(unmet(route.match, passage.call))}")
            elif position > taken and not words:
                words.append(NOT_REACHED)
    return found


def _rules(route: Route) -> Iterator[tuple[ResourceRef, int]]:
    """The rule that the route is made of, and the one that this delegates to."""
    config = (config_of(route.metadata), rule_of(route.metadata))
    delegate = (delegate_of(route.metadata), delegate_rule_of(route.metadata))
    for name, rule in (config, delegate):
        ref, number = config_ref(name), rule_number(rule)
        if ref is not None and number is not None:
            yield ref, number


def _entries(
    passage: Passage, caller: Caller, ref: ResourceRef, reasons: dict[tuple[ResourceRef, int], list[str]]
) -> Iterator[LookedAt]:
    source = passage.scenario.resources.get(ref)
    outcome = passage.outcome
    taken = {
        (passage.rule_ref, rule_number(outcome.rule)),
        (passage.delegate_ref, rule_number(outcome.delegate_rule)),
    }
    count = len(source.spec.http) if isinstance(source, VirtualService) else 0
    for number in range(max(count, 1 + max(of for owner, of in reasons if owner == ref))):
        http = source.spec.http[number] if isinstance(source, VirtualService) and number < count else None
        is_taken = (ref, number) in taken
        words = () if is_taken else tuple(reasons.get((ref, number), ())) or (_absence(passage, caller, http),)
        place = place_of(passage.scenario.documents, ref, f"http[{number}]")
        yield LookedAt(
            virtual_service=short_name(ref),
            part="http",
            rule=number,
            name=(http.name if http else "") or None,
            taken=is_taken,
            reasons=words,
            file=place.file,
            line=place.line,
        )


def _absence(passage: Passage, caller: Caller, http: HTTPRoute | None) -> str:
    """Why the proxy was not even told about a rule."""
    if http is None:
        return "the proxy was not told about it"
    if not (http.route or http.redirect or http.direct_response or http.delegate):
        return "it says nothing about where requests go"
    wrong = [reason for match in http.match if (reason := _not_for(passage, caller, match))]
    if wrong and len(wrong) == len(http.match):
        return " or ".join(dict.fromkeys(wrong))
    return "never asked: a rule before it takes every request"


def _not_for(passage: Passage, caller: Caller, match: HTTPMatchRequest) -> str:
    labels, namespace = caller.workload.labels, caller.workload.namespace
    if match.gateways and ("mesh" in match.gateways) == caller.is_gateway:
        return f"only for gateways {', '.join(match.gateways)}"
    if match.port and not caller.is_gateway and match.port != passage.call.port:
        return f"only for port {match.port}, it is {passage.call.port}"
    if not match.gateways and match.source_namespace not in {"", namespace}:
        return f"only for callers in namespace {match.source_namespace}, it is {namespace}"
    missing = {key: value for key, value in match.source_labels.items() if labels.get(key) != value}
    if missing and not match.gateways:
        wanted = ", ".join(f"{key}={value}" for key, value in missing.items())
        return f"only for callers with the labels {wanted}"
    return ""
