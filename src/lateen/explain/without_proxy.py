"""Calls of workloads that have no proxy: no rule has a say, connections go straight to what was dialled."""

from lateen.explain.callee import inbound_callee
from lateen.explain.naming import Named
from lateen.explain.parts import VERSION
from lateen.explain.result import Asked, Caller, ClientTls, EndpointView, Explanation, Step, Tls, Topic, Verdict
from lateen.explain.scenario import Scenario
from lateen.model.service import Endpoint
from lateen.simulation.call import Call, Entry


def straight_to(scenario: Scenario, call: Call, named: Named, asked: Asked, caller: Caller) -> Explanation:
    """What becomes of the call: the kernel picks one of the service's endpoints."""
    steps = [
        Step(topic=Topic.NAME, text=named.text),
        Step(topic=Topic.LISTENER, text=f"{caller.name} has no proxy: no rule is asked, whatever it says"),
    ]
    found = _endpoints(scenario, named, call.port)
    endpoints = tuple(_view(each) for each in found) or (_dialled(call),)
    first = next((each for each in endpoints if each.healthy), None)
    workload = next(
        (each for each in scenario.snapshot.workloads.values() if first and each.address == first.address), None
    )
    tls = Tls(client=ClientTls.PASSED_THROUGH if call.protocol.encrypted else ClientTls.NONE)
    arriving = Call(
        address=first.address if first else call.address,
        port=first.port if first else call.port,
        entry=Entry.INBOUND,
        protocol=call.protocol,
        host=call.host,
        method=call.method,
        path=call.path,
        headers=call.headers,
        sni=call.sni,
    )
    return Explanation(
        call=asked,
        caller=caller,
        verdict=Verdict.PASSTHROUGH,
        endpoints=endpoints,
        tls=tls,
        steps=tuple(steps),
        callee=inbound_callee(scenario, workload, arriving) if workload else None,
    )


def _endpoints(scenario: Scenario, named: Named, port: int) -> tuple[Endpoint, ...]:
    service = named.service
    if service is None or named.address not in service.addresses:
        return ()
    return scenario.snapshot.endpoints.get((service.namespace, service.hostname, port), ())


def _view(endpoint: Endpoint) -> EndpointView:
    locality = endpoint.locality
    return EndpointView(
        cluster="",
        address=endpoint.address,
        port=endpoint.port,
        weight=endpoint.weight,
        priority=0,
        locality="/".join(part for part in (locality.region, locality.zone, locality.subzone) if part),
        healthy=endpoint.ready,
        workload=endpoint.workload or None,
        pod=endpoint.pod or None,
        version=endpoint.labels.get(VERSION),
    )


def _dialled(call: Call) -> EndpointView:
    return EndpointView(
        cluster="", address=call.address, port=call.port, weight=1, priority=0, locality="", healthy=True
    )
