"""Which TCP and TLS rules were looked at for a connection, and why each did not take it."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network

from lateen.api.virtual_service import L4MatchAttributes, TCPRoute, TLSMatchAttributes, TLSRoute, VirtualService
from lateen.explain.caller import Caller
from lateen.explain.parts import rule_number
from lateen.explain.passage import Passage
from lateen.explain.result import LookedAt
from lateen.explain.sources import place_of, short_name
from lateen.model.hostname import covers
from lateen.resolve.gateway_name import MESH
from lateen.resolve.rules import full_hosts

NOT_REACHED = "a rule before it takes the connection"


def connections_looked_at(passage: Passage, caller: Caller) -> tuple[LookedAt, ...]:
    """Every such rule of the VirtualServices for the called service, or for the server name."""
    found = [rule for rule in passage.scenario.snapshot.virtual_services if _concerns(passage, caller, rule)]
    return tuple(entry for rule in found for entry in _entries(passage, caller, rule))


def _concerns(passage: Passage, caller: Caller, rule: VirtualService) -> bool:
    if not (rule.spec.tcp or rule.spec.tls) or (MESH in (rule.spec.gateways or (MESH,))) == caller.is_gateway:
        return False
    called = _called(passage)
    return rule.ref == passage.rule_ref or any(
        covers(host, each)
        for host in full_hosts(rule, passage.scenario.snapshot.settings.cluster_domain)
        for each in called
    )


def _called(passage: Passage) -> set[str]:
    """The names that the connection is for: of the service whose address is dialled, and the server name."""
    services = passage.scenario.snapshot.services.values()
    names = {each.hostname.lower() for each in services if passage.call.address in each.addresses}
    return names | ({passage.call.server_name} if passage.call.protocol.encrypted else set())


def _entries(passage: Passage, caller: Caller, rule: VirtualService) -> Iterator[LookedAt]:
    taken = passage.outcome.rule if rule.ref == passage.rule_ref else ""
    parts: tuple[tuple[str, Sequence[TCPRoute | TLSRoute]], ...] = (("tls", rule.spec.tls), ("tcp", rule.spec.tcp))
    for part, routes in parts:
        for number, route in enumerate(routes):
            place = place_of(passage.scenario.documents, rule.ref, f"{part}[{number}]")
            is_taken = taken == f"{part}[{number}]"
            yield LookedAt(
                virtual_service=short_name(rule.ref),
                part=part,
                rule=number,
                name=None,
                taken=is_taken,
                reasons=() if is_taken else (_reason(passage, caller, route, part, number),),
                file=place.file,
                line=place.line,
            )


def _reason(passage: Passage, caller: Caller, route: TCPRoute | TLSRoute, part: str, number: int) -> str:
    wrong = [" and ".join(_unmet(passage, caller, match)) for match in route.match]
    if wrong and all(wrong):
        return f"it asks for {' or '.join(dict.fromkeys(wrong))}"
    if part == "tls" and not passage.call.protocol.encrypted:
        return "it is for TLS, which the client does not speak"
    before = rule_number(passage.outcome.rule)
    if before is not None and before < number:
        return NOT_REACHED
    return "the proxy was not told about it for this connection"


def _unmet(passage: Passage, caller: Caller, match: L4MatchAttributes | TLSMatchAttributes) -> Iterator[str]:
    call, workload = passage.call, caller.workload
    if match.port and match.port != call.port and not caller.is_gateway:
        yield f"port {match.port} (it is {call.port})"
    if isinstance(match, TLSMatchAttributes) and not _names(match, call.server_name):
        shown = call.server_name if call.protocol.encrypted else "absent"
        yield f"server name {' or '.join(match.sni_hosts)} (it is {shown})"
    if match.destination_subnets and not _within(call.address, match.destination_subnets):
        yield f"an address in {', '.join(match.destination_subnets)} (it is {call.address})"
    if match.source_namespace not in {"", workload.namespace}:
        yield f"callers in namespace {match.source_namespace} (it is {workload.namespace})"
    missing = {key: value for key, value in match.source_labels.items() if workload.labels.get(key) != value}
    if missing:
        yield f"callers with the labels {', '.join(f'{key}={value}' for key, value in missing.items())}"


def _names(match: TLSMatchAttributes, server_name: str) -> bool:
    return any(covers(host.lower(), server_name) for host in match.sni_hosts)


def _within(address: str, networks: tuple[str, ...]) -> bool:
    return any(ip_address(address) in ip_network(each, strict=False) for each in networks)
