"""The other end of a call: what the proxy of the workload that it reaches does."""

from lateen.explain.caller import proxy_of
from lateen.explain.parts import route_view, tls_of
from lateen.explain.passage import Passage, pass_through
from lateen.explain.result import Callee, EndpointView, Request, Tls, UpstreamTls
from lateen.explain.scenario import Scenario
from lateen.explain.story import arrival, client_protection, protection, routing
from lateen.explain.targets import destinations
from lateen.explain.verdict import verdict_of
from lateen.model.workload import Workload
from lateen.simulation.call import Call, Entry, Protocol


def callee_of(passage: Passage, request: Request | None, tls: Tls) -> Callee | None:
    """The workload behind the first endpoint, None where the call leaves the mesh or goes nowhere."""
    endpoint = first_endpoint(passage)
    workload = passage.workloads.get(endpoint.address) if endpoint else None
    if endpoint is None or workload is None:
        return None
    return inbound_callee(passage.scenario, workload, _arriving(passage, request, tls, endpoint))


def first_endpoint(passage: Passage) -> EndpointView | None:
    """The first healthy endpoint of the first target."""
    names = [each.name for each in passage.clusters]
    healthy = [each for each in passage.endpoints if each.healthy]
    return min(healthy, key=lambda each: (names.index(each.cluster), each.priority), default=None)


def inbound_callee(scenario: Scenario, workload: Workload, call: Call) -> Callee:
    """What the proxy of `workload` does with a call that arrives."""
    proxy = proxy_of(workload)
    shown = Callee(
        workload=workload.deployment or workload.name,
        pod=workload.name,
        address=call.address,
        port=call.port,
        proxy=proxy is not None,
    )
    if proxy is None:
        return shown
    inner = inbound_passage(scenario, workload, call)
    verdict, status = verdict_of(inner, None)
    tls = tls_of(None, inner.chain, call)
    return Callee(
        workload=shown.workload,
        pod=shown.pod,
        address=shown.address,
        port=shown.port,
        proxy=True,
        verdict=verdict,
        status=status,
        listener=inner.outcome.listener or None,
        filter_chain=inner.outcome.chain or None,
        clusters=inner.clusters,
        endpoints=inner.endpoints,
        route=route_view(scenario, inner.outcome),
        tls=tls,
        steps=(
            *arrival(inner, f"the sidecar of {shown.workload}"),
            *client_protection(tls),
            *routing(inner),
            *destinations(inner),
            *protection(tls),
        ),
    )


def inbound_passage(scenario: Scenario, workload: Workload, call: Call) -> Passage:
    """A call's way through the proxy of the workload that it arrives at."""
    proxy = proxy_of(workload)
    assert proxy is not None  # noqa: S101 - asked by callers
    return pass_through(scenario, scenario.inbound_resources(proxy), call)


def _arriving(passage: Passage, request: Request | None, tls: Tls, endpoint: EndpointView) -> Call:
    """The call as the endpoint gets it."""
    call = passage.call
    protocol = call.protocol
    if request is not None:
        protocol = Protocol.HTTP if tls.upstream is UpstreamTls.NONE else Protocol.HTTPS
    elif tls.upstream is not UpstreamTls.NONE:
        protocol = Protocol.TLS
    headers = {**call.headers, **(request.headers.set if request else {})}
    removed = request.headers.removed if request else ()
    return Call(
        address=endpoint.address,
        port=endpoint.port,
        entry=Entry.INBOUND,
        protocol=protocol,
        host=request.authority if request else call.host,
        method=call.method,
        path=request.path if request else call.path,
        headers={name: value for name, value in headers.items() if name not in removed},
        sni=tls.sni or call.sni,
        alpn=",".join(tls.alpn),
        client_certificate=tls.upstream in {UpstreamTls.MUTUAL, UpstreamTls.ISTIO_MUTUAL},
        source=call.source,
    )
