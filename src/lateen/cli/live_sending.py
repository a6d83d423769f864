"""Sending a case's call through the running mesh, and keeping all that can be seen of it."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lateen.api.meta import JsonObject
from lateen.cli.counting import Place, Tally, read_tally
from lateen.cli.grouping import VERSION, Grouping
from lateen.cli.live_caller import LiveCaller, find_caller, node_port_address
from lateen.cli.live_log import MARK, Logged
from lateen.cli.pods import PROXY, container_names, is_ready, list_pods
from lateen.cli.sending import Answer, Sending, send
from lateen.client.sync import SyncClient
from lateen.explain.case import Case
from lateen.explain.result import Explanation
from lateen.lib.clock import SystemClock
from lateen.simulation.call import Protocol

AGENT = "user-agent"
FEW = 5
"""Requests of a case whose answers can only come from one place."""

CONCURRENCY = 4
CONNECTIONS_AT_ONCE = 16
"""Each is held for a moment, to see whether it stays."""

LINE = "lateen test\r\n"
"""What is said in a connection where the server says nothing."""

SCHEMES = {
    Protocol.HTTP: "http",
    Protocol.HTTP2: "http",
    Protocol.HTTPS: "https",
    Protocol.TCP: "tcp",
    Protocol.TLS: "tls",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A case's requests and their answers. `predicted` is what the mesh's configuration says of the call, `proxies` are
    the pods whose proxies decided, `tally` what these counted meanwhile. `mark` "" can't be looked for in logs; `times`
    are the begin and the end in seconds since the epoch."""

    case: Case
    predicted: Explanation
    caller: LiveCaller
    proxies: Sequence[JsonObject]
    mark: str
    answers: Sequence[Answer]
    tally: Tally
    times: tuple[float, float] = (0.0, 0.0)

    def places(self, logged: Sequence[Logged]) -> Mapping[Place, int]:
        """How many requests each cluster's endpoint answered, by the proxies' logs, or where they keep none, by their
        counters: these count everybody's requests."""
        if logged:
            return Counter((each.cluster, each.endpoint) for each in logged if each.endpoint)
        copies = {each.cluster for each in self.predicted.mirrors} - {each.name for each in self.predicted.clusters}
        clusters = frozenset(cluster for cluster, _ in self.tally.tries) - copies
        return {place: count for place, count in self.tally.answered(clusters).items() if count}


def why_not_sent(case: Case, predicted: Explanation) -> str:
    """Why a case can't be tried in a running mesh, "" if it can."""
    question = case.question
    if question.inbound:
        return "it asks about a proxy's other side alone, which nobody can call alone"
    if question.client_certificate:
        return "its client shows a certificate, and there is none to show"
    if not case.caller and not case.labels:
        return "it names no caller"
    if predicted.status is not None and not question.is_http:
        return f"what answers {predicted.status} waits for a request, and a connection brings none"
    return ""


def send_case(client: SyncClient, case: Case, predicted: Explanation, requests: int) -> Sent:
    """Send a case's call as often as its prediction needs, `requests` times at the most.

    Exits with a message when its caller does not run, raises ApiError when it is not there.
    """
    caller = find_caller(client, case.caller, case.namespace, case.labels)
    question = case.question
    url = f"{SCHEMES[question.protocol]}://{_netloc(case)}{question.path if question.is_http else ''}"
    mark = secrets.token_hex(6) if question.is_http and AGENT not in question.headers else ""
    wanted = Sending(
        url=url,
        requests=requests if _varies(case, predicted) else min(FEW, requests),
        concurrency=CONCURRENCY if question.is_http else CONNECTIONS_AT_ONCE,
        rate=None,
        method=question.method,
        headers=_headers(case, mark) if question.is_http else {},
        timeout=10.0,
        grouping=Grouping(VERSION),
        body="" if question.is_http else LINE,
        peer=node_port_address(client, caller.pod, url) if caller.at_gateway else "",
        all_headers=True,
        h2=question.protocol is Protocol.HTTP2 or (question.protocol is Protocol.HTTPS and "h2" in question.alpn),
        sni=question.sni,
        alpn=question.alpn,
    )
    proxies = _proxies(client, caller)
    before = read_tally(client, proxies)
    clock = SystemClock()
    began = clock.now()
    answers = send(client, None if caller.at_gateway else caller.pod, wanted)
    times = began, clock.now()
    tally = read_tally(client, proxies).since(before)
    return Sent(case, predicted, caller, proxies, mark, answers, tally, times)


def _netloc(case: Case) -> str:
    host = f"[{case.question.host}]" if ":" in case.question.host else case.question.host
    return f"{host}:{case.question.port}"


def _headers(case: Case, mark: str) -> dict[str, str]:
    headers = {**case.question.headers, "host": case.question.authority}
    return {**headers, AGENT: f"{MARK}{mark}"} if mark else headers


def _varies(case: Case, predicted: Explanation) -> bool:
    """Whether one answer says little about the next."""
    places = len(predicted.clusters) > 1 or len(predicted.endpoints) > 1 or predicted.fault is not None
    wanted = case.expectation.expect.get("clusters")
    return places or (isinstance(wanted, (dict, list)) and len(wanted) > 1)


def _proxies(client: SyncClient, caller: LiveCaller) -> Sequence[JsonObject]:
    """Those whose decision it is: the caller's own, or all of a gateway, which share what arrives."""
    if not caller.at_gateway:
        return [caller.pod] if PROXY in container_names(caller.pod) else []
    meta = caller.pod["metadata"]
    alike = [pod for pod in list_pods(client, meta["namespace"]) if _owners(pod) == _owners(caller.pod)]
    return [pod for pod in alike if is_ready(pod)]


def _owners(pod: JsonObject) -> list[str]:
    return [each["name"] for each in pod["metadata"].get("ownerReferences") or []] or [pod["metadata"]["name"]]
