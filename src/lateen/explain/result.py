"""What is said about a call: the answer's parts, as they stand in JSON."""

import enum

import msgspec

from lateen.ir.value import ValueType


class Verdict(enum.StrEnum):
    """What becomes of a call.

    `blocked`: unknown hosts are refused by the mesh's settings. `black_hole`: a rule sends it where nothing is.
    `no_listener`: nothing takes the connection. `denied`: a policy forbids it.
    """

    FORWARD = "forward"
    REDIRECT = "redirect"
    DIRECT_RESPONSE = "direct_response"
    NOT_FOUND = "not_found"
    BLOCKED = "blocked"
    PASSTHROUGH = "passthrough"
    BLACK_HOLE = "black_hole"
    DENIED = "denied"
    NO_LISTENER = "no_listener"
    TLS_ERROR = "tls_error"


class Part(msgspec.Struct, metaclass=ValueType, frozen=True):
    """Base of the parts: every key is always there."""


class Headers(Part):
    """Changes to headers; names are in lower case, and what is appended to is shown as a whole."""

    set: dict[str, str] = {}
    removed: tuple[str, ...] = ()


class Request(Part):
    """The request as it leaves the proxy."""

    method: str
    authority: str
    path: str
    headers: Headers = Headers()


class Response(Part):
    """What is done to the answer."""

    headers: Headers = Headers()


class ClusterShare(Part):
    """A place that requests go to. `share` is between 0 and 1; `service`, `subset` and `port` are taken from the name.

    `destination_rule` (namespace/name) is in force for it. `request` is given where targets get different ones.
    """

    name: str
    share: float
    service: str | None = None
    subset: str | None = None
    port: int | None = None
    destination_rule: str | None = None
    request: Request | None = None


class Sticky(Part):
    """What decides between several clusters instead of chance (`header x-user`, `cookie user`): requests that are alike
    in it all go the same way. `cluster` is where those go that are like this one, null where the call does not say.
    """

    by: tuple[str, ...]
    cluster: str | None = None


class MirrorShare(Part):
    """A place that gets copies of requests, whose answers are thrown away."""

    cluster: str
    share: float


class EndpointView(Part):
    """One address behind a cluster; those of the lowest `priority` number are used while enough of them are healthy.
    `version` is the workload's label of that name. `locality_weight` is null unless localities get requests by weight.
    """

    cluster: str
    address: str
    port: int
    weight: int
    priority: int
    locality: str
    healthy: bool
    workload: str | None = None
    pod: str | None = None
    version: str | None = None
    locality_weight: int | None = None


class DelegateView(Part):
    """The rule of another VirtualService (namespace/name) whose words the route is made of."""

    virtual_service: str
    rule: int
    file: str | None = None
    line: int | None = None


class RouteView(Part):
    """The route that took the request.

    `config` is Envoy's route configuration. `virtual_service` (namespace/name), `part` (`http`, `tls` or `tcp`) and
    `rule`, the place in that list counted from 0, are null where no VirtualService made the route. `file` and `line`
    are where that rule is written. `delegate` is the rule that it delegates to, null where it doesn't.
    """

    name: str | None = None
    config: str | None = None
    virtual_host: str | None = None
    virtual_service: str | None = None
    part: str | None = None
    rule: int | None = None
    file: str | None = None
    line: int | None = None
    delegate: DelegateView | None = None


class Retries(Part):
    """`attempts` come after the first try; `retry_on` are Envoy's conditions."""

    attempts: int
    retry_on: tuple[str, ...] = ()
    status_codes: tuple[int, ...] = ()
    per_try_timeout: str | None = None


class Delay(Part):
    """`share` of the requests (0 to 1) wait."""

    duration: str
    share: float


class Abort(Part):
    """`share` of the requests (0 to 1) are answered with `status`, a number, or `grpc_status`."""

    share: float
    status: int | None = None
    grpc_status: int | None = None


class Fault(Part):
    """What is put in on purpose."""

    delay: Delay | None = None
    abort: Abort | None = None


class ClientTls(enum.StrEnum):
    """What becomes of the client's TLS."""

    NONE = "none"
    TERMINATED = "terminated"
    PASSED_THROUGH = "passed_through"


class UpstreamTls(enum.StrEnum):
    """What the proxy speaks to the endpoints."""

    NONE = "none"
    SIMPLE = "simple"
    MUTUAL = "mutual"
    ISTIO_MUTUAL = "istio_mutual"


class Tls(Part):
    """TLS on both sides of the proxy. `sni`, `alpn` and `subject_alt_names` are about the endpoints' side."""

    client: ClientTls = ClientTls.NONE
    upstream: UpstreamTls = UpstreamTls.NONE
    sni: str | None = None
    alpn: tuple[str, ...] = ()
    subject_alt_names: tuple[str, ...] = ()


class Topic(enum.StrEnum):
    """What a step of the story is about."""

    NOTE = "note"
    NAME = "name"
    LISTENER = "listener"
    CHAIN = "filter chain"
    HOST = "host"
    ROUTE = "route"
    REQUEST = "request"
    FAULT = "fault"
    TIMEOUT = "timeout"
    RETRIES = "retries"
    MIRROR = "mirror"
    CLUSTER = "cluster"
    TLS = "tls"
    ENDPOINTS = "endpoints"
    ANSWER = "answer"


class Step(Part):
    """One step of the story, in order. `file` and `line` are where the reason for it is written."""

    topic: Topic
    text: str
    file: str | None = None
    line: int | None = None


class Callee(Part):
    """The other end, as the first endpoint of the first cluster has it: its own proxy's inbound side.

    `proxy` is false for workloads without one; the rest then says nothing.
    """

    workload: str
    pod: str | None
    address: str
    port: int
    proxy: bool
    verdict: Verdict | None = None
    status: int | None = None
    listener: str | None = None
    filter_chain: str | None = None
    clusters: tuple[ClusterShare, ...] = ()
    endpoints: tuple[EndpointView, ...] = ()
    route: RouteView | None = None
    tls: Tls = Tls()
    steps: tuple[Step, ...] = ()


class LookedAt(Part):
    """A rule of a VirtualService for the called host. `taken` is true for the one that took the request; `reasons` say
    why another did not.
    """

    virtual_service: str
    part: str
    rule: int
    name: str | None
    taken: bool
    reasons: tuple[str, ...] = ()
    file: str | None = None
    line: int | None = None


class Unused(Part):
    """A resource that has no part in this call's proxy, and why."""

    kind: str
    name: str
    reason: str
    file: str | None = None
    line: int | None = None


class Caller(Part):
    """Who calls. `proxy` is `sidecar`, `gateway` or `none`; `assumed` says that the files don't hold it."""

    name: str
    namespace: str
    labels: dict[str, str]
    proxy: str
    assumed: bool


class Asked(Part):
    """The call, as it was understood."""

    method: str
    url: str
    address: str
    port: int
    headers: dict[str, str] = {}
    inbound: bool = False


class Explanation(Part):
    """Everything about one call. `status` is what the proxy itself answers, null where the answer is another's.

    `timeout` and other times are like `1.5s`. `looked_at` and `unused` are null unless asked for.
    """

    call: Asked
    caller: Caller
    verdict: Verdict
    status: int | None = None
    location: str | None = None
    body: str | None = None
    clusters: tuple[ClusterShare, ...] = ()
    sticky: Sticky | None = None
    mirrors: tuple[MirrorShare, ...] = ()
    endpoints: tuple[EndpointView, ...] = ()
    route: RouteView | None = None
    request: Request | None = None
    response: Response | None = None
    timeout: str | None = None
    retries: Retries | None = None
    fault: Fault | None = None
    listener: str | None = None
    filter_chain: str | None = None
    tls: Tls = Tls()
    steps: tuple[Step, ...] = ()
    callee: Callee | None = None
    looked_at: tuple[LookedAt, ...] | None = None
    unused: tuple[Unused, ...] | None = None
