"""The question and the caller, as the simulation and as the answer have them."""

from lateen.explain.caller import Caller
from lateen.explain.question import Question
from lateen.explain.result import Asked
from lateen.explain.result import Caller as CallerView
from lateen.simulation.call import Call, Entry


def call_of(question: Question, address: str, port: int, entry: Entry, source: str = "192.0.2.1") -> Call:
    """The question as the simulation understands it."""
    return Call(
        address=address,
        port=port,
        entry=entry,
        protocol=question.protocol,
        host=question.authority,
        method=question.method,
        path=question.path,
        headers=question.headers,
        sni=question.sni or ("" if question.is_http else question.host),
        alpn=question.alpn,
        client_certificate=question.client_certificate,
        source=source,
    )


def asked_of(question: Question, address: str) -> Asked:
    """The question for the answer."""
    return Asked(
        method=question.method if question.is_http else "",
        url=question.url,
        address=address,
        port=question.port,
        headers=question.headers,
        inbound=question.inbound,
    )


def caller_view(caller: Caller) -> CallerView:
    """The caller for the answer."""
    proxy = "none" if caller.proxy is None else "gateway" if caller.is_gateway else "sidecar"
    workload = caller.workload
    return CallerView(
        name=caller.name, namespace=workload.namespace, labels=workload.labels, proxy=proxy, assumed=caller.assumed
    )
