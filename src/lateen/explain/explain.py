"""What a call would do: the question and the mesh in, the whole story out."""

from collections.abc import Iterator, Sequence

from lateen.explain.callee import callee_of
from lateen.explain.caller import Caller
from lateen.explain.looked_at import looked_at
from lateen.explain.naming import Named, look_up, with_port
from lateen.explain.parts import (
    fault_of,
    mirror_shares,
    request_of,
    response_of,
    retries_of,
    route_view,
    sticky_of,
    timeout_of,
)
from lateen.explain.parts import tls_of as tls_between
from lateen.explain.passage import Passage, pass_through
from lateen.explain.question import Question
from lateen.explain.result import Asked, Explanation, Headers, Response, Step, Tls, Topic, Verdict
from lateen.explain.scenario import Scenario
from lateen.explain.scoping import scoping
from lateen.explain.story import (
    answer,
    arrival,
    changes,
    client_protection,
    conduct,
    gateway_complaints,
    is_preflight,
    protection,
    routing,
    step,
)
from lateen.explain.targets import destinations
from lateen.explain.unused import unused
from lateen.explain.verdict import is_aborted, verdict_of
from lateen.explain.views import asked_of, call_of, caller_view
from lateen.explain.without_proxy import straight_to
from lateen.model.workload import Proxy
from lateen.resolve.selectors import index_selectors
from lateen.simulation.call import Call, Entry


def explain(scenario: Scenario, caller: Caller, question: Question, *, everything: bool = False) -> Explanation:
    """Follows the call from its caller's proxy to the other end.

    `everything` adds which rules were looked at and which resources have no part in it.
    """
    call, named = outbound_call(scenario, caller, question)
    asked = asked_of(question, named.address)
    if caller.proxy is None:
        return straight_to(scenario, call, named, asked, caller_view(caller))
    before = [*_notes(scenario, caller), step(Topic.NAME, named.text)]
    return follow(scenario, caller, call, asked, before, everything=everything)


def outbound_call(scenario: Scenario, caller: Caller, question: Question) -> tuple[Call, Named]:
    """The call as it leaves the caller, or arrives at a gateway, and how its address was found."""
    if caller.is_gateway and caller.proxy is not None:
        named = Named(address=caller.workload.address, text=_gateway_text(caller))
        port = gateway_port(scenario, caller.proxy, question.port)
        return call_of(question, named.address, port, Entry.DIRECT), named
    named = with_port(look_up(scenario, question.host, caller.workload.namespace), question.port)
    return call_of(question, named.address, question.port, Entry.OUTBOUND), named


def follow(
    scenario: Scenario, caller: Caller, call: Call, asked: Asked, before: Sequence[Step], *, everything: bool = False
) -> Explanation:
    """The answer about a call to an address, whose story begins with the steps `before`."""
    assert caller.proxy is not None  # noqa: S101 - asked by callers
    passage = pass_through(scenario, scenario.resources_for(caller.proxy), call)
    return _answer(passage, caller, asked, before, everything=everything)


def gateway_port(scenario: Scenario, proxy: Proxy, port: int) -> int:
    """Where a gateway's proxy listens for what clients dial at its Service's `port` or node port."""
    workload = scenario.snapshot.workloads.get((proxy.namespace, proxy.name))
    names = workload.port_numbers if workload else {}
    services = index_selectors(scenario.snapshot.services.values())
    fronts = services.selecting(proxy.namespace, proxy.labels, proxy.address)
    for service in fronts:
        for each in service.ports:
            if port in {each.number, each.node_port}:
                return each.target_number(names) or port
    return port


def _gateway_text(caller: Caller) -> str:
    return f"clients outside of the mesh reach gateway {caller.workload.namespace}/{caller.name}"


def _notes(scenario: Scenario, caller: Caller) -> Iterator[Step]:
    yield from (step(Topic.NOTE, note) for note in scenario.notes)
    if caller.assumed:
        what = "gateway" if caller.is_gateway else "workload"
        labels = ", ".join(f"{key}={value}" for key, value in sorted(caller.workload.labels.items()))
        yield step(Topic.NOTE, f"nothing describes {caller.name}: it is taken for a {what} with the labels {labels}")
    if caller.others:
        text = f"several workloads are meant: the answer is about {caller.name}, not {', '.join(caller.others)}"
        yield step(Topic.NOTE, text)


def _answer(passage: Passage, caller: Caller, asked: Asked, before: Sequence[Step], *, everything: bool) -> Explanation:
    outcome, route = passage.outcome, passage.route
    fault = fault_of(outcome)
    verdict, status = verdict_of(passage, fault)
    name = passage.clusters[0].name if passage.clusters else ""
    first = next((each for each in outcome.targets if each.cluster == name), None)
    http = passage.manager is not None and first is not None
    request = request_of(passage.call, first) if http and first else None
    response = response_of(route, first) if http and first and route is not None else None
    retries = retries_of(route) if route is not None else None
    tls = tls_of(passage)
    preflight = Response(headers=Headers(set=outcome.answer_headers)) if is_preflight(passage) else None
    aborted = is_aborted(fault)
    steps = [
        *before,
        *arrival(passage, f"the {'gateway' if caller.is_gateway else 'sidecar of'} {caller.name}"),
        *client_protection(tls),
        *(gateway_complaints(passage) if caller.is_gateway and not passage.clusters else ()),
        *routing(passage),
        *scoping(passage, caller, verdict),
        *changes(passage, request, response),
        *conduct(passage, fault, timeout_of(outcome), retries),
        *(() if aborted else destinations(passage)),
        *protection(tls),
        *(() if aborted else answer(passage, verdict, status)),
    ]
    return Explanation(
        call=asked,
        caller=caller_view(caller),
        verdict=verdict,
        status=status,
        location=(outcome.location or None) if verdict is Verdict.REDIRECT else None,
        body=None if aborted else outcome.body or None,
        clusters=() if aborted else passage.clusters,
        sticky=None if aborted else sticky_of(outcome),
        mirrors=() if aborted else mirror_shares(outcome),
        endpoints=() if aborted else passage.endpoints,
        route=route_view(passage.scenario, outcome),
        request=request,
        response=preflight or response,
        timeout=timeout_of(outcome),
        retries=retries,
        fault=fault,
        listener=outcome.listener or None,
        filter_chain=outcome.chain or None,
        tls=tls,
        steps=tuple(steps),
        callee=None if aborted else callee_of(passage, request, tls),
        looked_at=looked_at(passage, caller) if everything else None,
        unused=unused(passage, caller) if everything else None,
    )


def tls_of(passage: Passage) -> Tls:
    """TLS on both sides of the passage's proxy."""
    cluster = passage.resources.clusters.get(passage.clusters[0].name) if passage.clusters else None
    host = next((each.host for each in passage.outcome.targets if cluster and each.cluster == cluster.name), "")
    return tls_between(cluster, passage.chain, passage.call, host)
