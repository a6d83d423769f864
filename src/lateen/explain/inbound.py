"""Calls that arrive: the other end by itself."""

from lateen.explain.callee import inbound_passage
from lateen.explain.caller import Caller, caller_of
from lateen.explain.naming import Named, look_up, with_port
from lateen.explain.parts import request_of, route_view, tls_of
from lateen.explain.question import Question, WrongQuestionError
from lateen.explain.result import Explanation, Step, Topic
from lateen.explain.scenario import Scenario
from lateen.explain.story import arrival, client_protection, protection, routing
from lateen.explain.targets import destinations
from lateen.explain.verdict import verdict_of
from lateen.explain.views import asked_of, call_of, caller_view
from lateen.model.hostname import is_address
from lateen.model.workload import Workload
from lateen.simulation.call import Call, Entry


def explain_inbound(scenario: Scenario, caller: Caller, question: Question) -> Explanation:
    """What the proxy of the called workload does with a call that arrives there.

    The workload is the first behind the called name or address; a name that means none of the mesh, as localhost, is
    that of the caller itself. Raises WrongQuestionError for workloads without a proxy.
    """
    workload, call, named = inbound_call(scenario, caller, question)
    passage = inbound_passage(scenario, workload, call)
    verdict, status = verdict_of(passage, None)
    tls = tls_of(None, passage.chain, call)
    first = passage.outcome.targets[0] if passage.outcome.targets and passage.manager is not None else None
    text = f"{named.text}; the call arrives at {workload.name} ({workload.address}:{call.port})"
    return Explanation(
        call=asked_of(question, workload.address),
        caller=caller_view(caller),
        verdict=verdict,
        status=status,
        clusters=passage.clusters,
        endpoints=passage.endpoints,
        route=route_view(scenario, passage.outcome),
        request=request_of(call, first) if first else None,
        listener=passage.outcome.listener or None,
        filter_chain=passage.outcome.chain or None,
        tls=tls,
        steps=(
            Step(topic=Topic.NAME, text=text),
            *arrival(passage, f"the sidecar of {caller_of(workload).name}"),
            *client_protection(tls),
            *routing(passage),
            *destinations(passage),
            *protection(tls),
        ),
    )


def inbound_call(scenario: Scenario, caller: Caller, question: Question) -> tuple[Workload, Call, Named]:
    """The call as it arrives, at which workload, and how that was found. Raises WrongQuestionError."""
    named = with_port(look_up(scenario, question.host, caller.workload.namespace), question.port)
    arriving = arriving_workload(scenario, named, question.port)
    if arriving is None and not _may_be_its_own(named, caller, question):
        raise WrongQuestionError(f"no workload gets this call: {named.text}")
    workload, port = arriving or (caller.workload, question.port)
    target = caller_of(workload)
    if target.proxy is None or target.is_gateway:
        raise WrongQuestionError(f"{target.name} has no sidecar: nothing of the mesh meets calls that arrive there")
    call = call_of(question, workload.address, port, Entry.INBOUND, caller.workload.address or "192.0.2.1")
    return workload, call, named


def _may_be_its_own(named: Named, caller: Caller, question: Question) -> bool:
    """Whether the caller may be what is called: not by a service's name at a port it lacks, nor if nobody named it."""
    if named.service is not None:
        return any(each.number == question.port for each in named.service.ports)
    return not caller.assumed or question.host in {"localhost", "127.0.0.1", "::1"}


def arriving_workload(scenario: Scenario, named: Named, port: int) -> tuple[Workload, int] | None:
    """The first workload behind a name, and its own port for the one that was dialled."""
    workloads = {each.address: each for each in scenario.snapshot.workloads.values() if each.address}
    service = named.service
    if service is not None:
        endpoints = scenario.snapshot.endpoints.get((service.namespace, service.hostname, port), ())
        found = next((each for each in endpoints if each.address in workloads), None)
        return (workloads[found.address], found.port) if found else None
    workload = workloads.get(named.address) if is_address(named.address) else None
    return (workload, port) if workload else None
