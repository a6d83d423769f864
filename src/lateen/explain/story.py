"""The story of a call in sentences, for readers who never saw Envoy."""

from collections.abc import Iterator

from envoy.config.listener.v3.listener_pb2 import Listener

from lateen.api.problem import ResourceRef
from lateen.explain.conditions import asked_for
from lateen.explain.parts import rule_number
from lateen.explain.passage import Passage
from lateen.explain.result import (
    ClientTls,
    Fault,
    Request,
    Response,
    Retries,
    Step,
    Tls,
    Topic,
    UpstreamTls,
    Verdict,
)
from lateen.explain.sources import Place, place_of, short_name
from lateen.explain.times import percent
from lateen.ir.names import (
    ALLOW_ANY,
    BLOCK_ALL,
    VIRTUAL_INBOUND,
    VIRTUAL_OUTBOUND,
)
from lateen.model.hostname import covers
from lateen.simulation.call import Call
from lateen.simulation.endpoints import place_text
from lateen.simulation.listener_choice import chain_for
from lateen.simulation.outcome import Kind


def step(topic: Topic, text: str, place: Place | None = None) -> Step:
    """A step, with the place its reason is written at."""
    where = place or Place()
    return Step(topic=topic, text=text, file=where.file, line=where.line)


def arrival(passage: Passage, who: str) -> Iterator[Step]:
    """How the connection gets to the proxy, `who` being its owner."""
    outcome, call = passage.outcome, passage.call
    place = place_text(call.address, call.port)
    listener = passage.listener
    if listener is None and call.is_local:
        yield step(Topic.LISTENER, f"{place} is the workload's own: {who} sees nothing of it")
        return
    if listener is None:
        yield step(Topic.LISTENER, f"nothing listens at {place} in {who}: the connection is refused")
        return
    if listener.name == VIRTUAL_OUTBOUND:
        text = f"{who} knows nothing about {place}: its listener for everything else takes the connection"
    elif listener.name == VIRTUAL_INBOUND:
        text = f"{who} takes every connection that arrives, this one for port {call.port}"
    elif listener.address.socket_address.address == "0.0.0.0":  # noqa: S104 - compared with
        text = f"{who} takes the connection, as every one to port {call.port}"
    else:
        text = f"{who} takes the connection, as every one to {place}"
    yield step(Topic.LISTENER, f"{text} (listener {listener.name})")
    yield from _chain(passage)
    if outcome.kind in {Kind.REFUSED, Kind.TLS_ERROR}:
        yield step(Topic.CHAIN, f"{_mismatch(listener, call) or outcome.trail[-1]}; the connection fails")


def _mismatch(listener: Listener, call: Call) -> str:
    """What the client's TLS lacks so that no filter chain takes it, "" where it is something else."""
    chains = listener.filter_chains
    if chain_for(listener, call) is not None or not chains:
        return ""
    names = sorted({name for each in chains for name in each.filter_chain_match.server_names})
    if call.protocol.encrypted and names and not any(covers(name, call.server_name) for name in names):
        sent = f"the server name {call.server_name}" if call.server_name else "no server name"
        return f"the client sends {sent}, and what is served here is {', '.join(names)}"
    if not call.protocol.encrypted and all(each.filter_chain_match.server_names for each in chains):
        return "only TLS is understood here, and the client does not speak it"
    return ""


def _chain(passage: Passage) -> Iterator[Step]:
    if passage.chain is None or passage.outcome.kind is Kind.TLS_ERROR:
        return
    name = f" (filter chain {passage.chain.name})" if passage.chain.name else ""
    if passage.manager is None:
        names = ", ".join(passage.chain.filter_chain_match.server_names)
        because = f", for the server name is {passage.call.server_name}" if names else ""
        rule = passage.rule_ref
        by = f" by {_rule_title(rule, passage.outcome.rule)}" if rule else ""
        place = place_of(passage.scenario.documents, rule, passage.outcome.rule)
        tunnel = f", inside of the request {passage.outcome.tunnel}" if passage.outcome.tunnel else ""
        yield step(Topic.CHAIN, f"the bytes are passed on unread{by}{because}{tunnel}{name}", place)


def gateway_complaints(passage: Passage) -> Iterator[Step]:
    """What is wrong with Gateways, which may be why a call gets nowhere."""
    for problem in passage.scenario.resolver.problems():
        if problem.resource is not None and problem.resource.kind == "Gateway":
            place = place_of(passage.scenario.documents, problem.resource, problem.path.removeprefix("spec."))
            hint = f" ({problem.hint})" if problem.hint else ""
            name = short_name(problem.resource)
            yield step(Topic.NOTE, f"Gateway {name}: {problem.code} {problem.message}{hint}", place)


def routing(passage: Passage) -> Iterator[Step]:
    """Host and route."""
    if passage.manager is None or passage.outcome.kind in {Kind.REFUSED, Kind.TLS_ERROR}:
        return
    outcome, authority = passage.outcome, passage.call.authority
    if passage.written_path not in {"", passage.call.path}:
        yield step(Topic.REQUEST, f"the path {passage.written_path} is read as {passage.call.path}")
    config = passage.route_config
    if config is None:
        yield step(Topic.HOST, f"the routes {outcome.route_config} are not there: 404")
        return
    where = f"(virtual host {outcome.virtual_host}, routes {outcome.route_config})"
    if not outcome.virtual_host:
        yield step(Topic.HOST, f'nothing here is called "{authority}": 404 (routes {outcome.route_config})')
    elif outcome.virtual_host == ALLOW_ANY:
        yield step(
            Topic.HOST, f'the proxy knows no service called "{authority}"; unknown hosts are let through {where}'
        )
    elif outcome.virtual_host == BLOCK_ALL:
        because = "outboundTrafficPolicy is REGISTRY_ONLY"
        yield step(
            Topic.HOST, f'the proxy knows no service called "{authority}"; unknown hosts are refused: {because} {where}'
        )
    else:
        name = outcome.virtual_host.rpartition(":")[0] or "*"
        means = f"is one of {name}" if name.startswith("*") else f"means {name}"
        yield step(Topic.HOST, f'"{authority}" {means} {where}')
        yield from _route(passage)


def _route(passage: Passage) -> Iterator[Step]:
    outcome, route = passage.outcome, passage.route
    if route is None:
        if outcome.kind is Kind.REDIRECTED:
            yield step(Topic.ROUTE, "the Gateway's server takes requests over TLS only (httpsRedirect)")
            return
        count = len(passage.virtual_host.routes) if passage.virtual_host is not None else 0
        counted = {0: "there is no rule for the host", 1: "the one route of the host does not match"}
        text = counted.get(count, f"none of the {count} routes of the host matches")
        yield step(Topic.ROUTE, f"{text}: {passage.call.method} {passage.call.path} gets 404")
        return
    ref = passage.rule_ref
    if ref is None:
        yield step(Topic.ROUTE, "no VirtualService speaks for the host: requests go to the service itself")
        return
    conditions = asked_for(route.match)
    because = f"for {' and '.join(conditions)}" if conditions else "for it takes every request"
    if passage.delegate_ref is not None:
        text = f"{_rule_title(ref, outcome.rule)} delegates to VirtualService {short_name(passage.delegate_ref)}"
        yield step(Topic.ROUTE, text, place_of(passage.scenario.documents, ref, outcome.rule))
    author, rule = passage.written
    title = _rule_title(author or ref, rule, outcome.route)
    yield step(Topic.ROUTE, f"{title} takes it, {because}", rule_place(passage))


def _rule_title(ref: ResourceRef, rule: str, route: str = "") -> str:
    number, part = rule_number(rule), rule.partition("[")[0]
    shown = "" if number is None else f", {f'{part} ' if part != 'http' else ''}rule {number}"
    return f"VirtualService {short_name(ref)}{shown}{f' ({route})' if route else ''}"


def changes(passage: Passage, request: Request | None, response: Response | None) -> Iterator[Step]:
    """What is rewritten, added and removed."""
    if request is not None:
        words = list(_request_words(passage, request))
        if words:
            yield step(Topic.REQUEST, "; ".join(words))
    if response is not None and (response.headers.set or response.headers.removed):
        words = [*_header_words(response.headers.set), *(f"without {name}" for name in response.headers.removed)]
        yield step(Topic.REQUEST, f"the answer comes back {', '.join(words)}")


def _request_words(passage: Passage, request: Request) -> Iterator[str]:
    if request.path != passage.call.path:
        yield f"the path becomes {request.path}"
    if request.authority != passage.call.authority:
        yield f"the host becomes {request.authority}"
    added = {name: value for name, value in request.headers.set.items() if name != "x-envoy-original-path"}
    yield from _header_words(added)
    yield from (f"without {name}" for name in request.headers.removed)


def _header_words(headers: dict[str, str]) -> list[str]:
    return [f"with {name}: {value}" for name, value in headers.items()]


def conduct(passage: Passage, fault: Fault | None, timeout: str | None, retries: Retries | None) -> Iterator[Step]:
    """Faults, timeout and retries."""
    if fault is not None and fault.delay is not None:
        yield step(Topic.FAULT, f"{percent(fault.delay.share)} of the requests wait {fault.delay.duration} on purpose")
    if fault is not None and fault.abort is not None:
        grpc = fault.abort.grpc_status
        status = fault.abort.status if grpc is None else f"with gRPC status {grpc}"
        yield step(Topic.FAULT, f"{percent(fault.abort.share)} of the requests are answered {status} on purpose")
    if timeout is not None:
        yield step(Topic.TIMEOUT, f"an answer must come within {timeout}, else 504")
    if retries is not None and passage.rule_ref is not None:
        each = f", each at most {retries.per_try_timeout}" if retries.per_try_timeout else ""
        times = "once more" if retries.attempts == 1 else f"up to {retries.attempts} times more"
        yield step(Topic.RETRIES, f"failures are tried {times}{each} (on {', '.join(retries.retry_on)})")


def rule_place(passage: Passage) -> Place:
    """Where the rule that acted is written."""
    return place_of(passage.scenario.documents, *passage.written)


def client_protection(tls: Tls) -> Iterator[Step]:
    """What becomes of the client's TLS."""
    if tls.client is ClientTls.TERMINATED:
        yield step(Topic.TLS, "the client's TLS ends here")
    elif tls.client is ClientTls.PASSED_THROUGH:
        yield step(Topic.TLS, "the client's own TLS goes through unread")


def protection(tls: Tls) -> Iterator[Step]:
    """TLS that the proxy itself begins."""
    if tls.upstream is not UpstreamTls.NONE:
        name = f", server name {tls.sni}" if tls.sni else ""
        kind = {UpstreamTls.SIMPLE: "TLS", UpstreamTls.MUTUAL: "mutual TLS"}.get(tls.upstream, "the mesh's mutual TLS")
        yield step(Topic.TLS, f"the proxy speaks {kind} to the endpoints{name}")


def is_preflight(passage: Passage) -> bool:
    """Whether a cross-origin policy answered, not the route's action."""
    route = passage.route
    return passage.outcome.kind is Kind.ANSWERED and route is not None and not route.HasField("direct_response")


def answer(passage: Passage, verdict: Verdict, status: int | None) -> Iterator[Step]:
    """What the proxy answers by itself."""
    outcome = passage.outcome
    place = rule_place(passage)
    if verdict is Verdict.REDIRECT:
        yield step(Topic.ANSWER, f"{status}, go to {outcome.location}", place)
    elif verdict is Verdict.DIRECT_RESPONSE and is_preflight(passage):
        headers = ", ".join(_header_words(outcome.answer_headers)) or "without any permission"
        yield step(
            Topic.ANSWER, f"{status}: a browser asks beforehand, and the rule's corsPolicy answers {headers}", place
        )
    elif verdict is Verdict.DIRECT_RESPONSE and outcome.kind is Kind.ANSWERED:
        body = f": {outcome.body!r}" if outcome.body else " without a body"
        yield step(Topic.ANSWER, f"{status}{body}", place)
    elif verdict is Verdict.BLOCKED:
        yield step(Topic.ANSWER, str(status))
