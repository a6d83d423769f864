"""Istio `networking.istio.io` VirtualService: where requests to a host go."""

from typing import Literal

from msgspec import field

from lateen.api.duration import Duration
from lateen.api.istio_status import IstioStatus
from lateen.api.meta import Message, Resource
from lateen.api.scalar import Int32, UInt32


class PortSelector(Message):
    """A port by number."""

    number: UInt32 = 0


class Destination(Message):
    """A service, and perhaps a subset of it. A host without dots is completed with the rule's namespace."""

    host: str
    subset: str = ""
    port: PortSelector | None = None


class StringMatch(Message):
    """A condition on a text; one of the fields. `regex` is RE2 and must match the whole text."""

    exact: str | None = None
    prefix: str | None = None
    regex: str | None = None


class Percent(Message):
    """A share from 0 to 100."""

    value: float = 0.0


class HeaderOperations(Message):
    """Changes of headers: `set` replaces, `add` appends."""

    set: dict[str, str] = {}
    add: dict[str, str] = {}
    remove: tuple[str, ...] = ()


class Headers(Message):
    """Changes of the headers of requests and responses."""

    request: HeaderOperations | None = None
    response: HeaderOperations | None = None


class HTTPMatchRequest(Message):
    """Conditions that must all hold; header names are lower-case."""

    name: str = ""
    uri: StringMatch | None = None
    scheme: StringMatch | None = None
    method: StringMatch | None = None
    authority: StringMatch | None = None
    headers: dict[str, StringMatch] = {}
    without_headers: dict[str, StringMatch] = {}
    query_params: dict[str, StringMatch] = {}
    ignore_uri_case: bool = False
    port: UInt32 = 0
    source_labels: dict[str, str] = {}
    source_namespace: str = ""
    gateways: tuple[str, ...] = ()
    stat_prefix: str = ""


class HTTPRouteDestination(Message):
    """One of the targets of a route; weights are relative to their sum."""

    destination: Destination
    weight: Int32 = 0
    headers: Headers | None = None


class HTTPRedirect(Message):
    """A redirect to another address; code 301 when `redirect_code` is 0."""

    uri: str = ""
    prefix_rewrite: str = ""
    authority: str = ""
    scheme: str = ""
    port: UInt32 | None = None
    derive_port: Literal["FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT"] | None = None
    redirect_code: UInt32 = 0


class HTTPBody(Message):
    """A body; `bytes` is base64."""

    string: str | None = None
    bytes: str | None = None


class HTTPDirectResponse(Message):
    """A fixed answer."""

    status: UInt32
    body: HTTPBody | None = None


class Delegate(Message):
    """Another VirtualService that continues the route; no namespace: the root's own."""

    name: str = ""
    namespace: str = ""


class RegexRewrite(Message):
    """A substitution in the path; RE2 with `\\1` for groups."""

    match: str = ""
    rewrite: str = ""


class HTTPRewrite(Message):
    """Changes of the request's path and authority before it is forwarded."""

    uri: str = ""
    authority: str = ""
    uri_regex_rewrite: RegexRewrite | None = None


class HTTPRetry(Message):
    """Retries of failed requests; `attempts` 0 disables them."""

    attempts: Int32 = 0
    per_try_timeout: Duration | None = None
    retry_on: str = ""
    retry_remote_localities: bool | None = None
    retry_ignore_previous_hosts: bool | None = None
    backoff: Duration | None = None


class Delay(Message):
    """A pause before a request is forwarded; no `percentage`: never, as in Istio."""

    percent: Int32 = 0
    fixed_delay: Duration | None = None
    exponential_delay: Duration | None = None
    percentage: Percent | None = None


class Abort(Message):
    """A failure instead of forwarding; no `percentage`: never, as in Istio."""

    http_status: Int32 | None = None
    grpc_status: str | None = None
    http2_error: str | None = None
    percentage: Percent | None = None


class HTTPFaultInjection(Message):
    """Faults on purpose."""

    delay: Delay | None = None
    abort: Abort | None = None


class HTTPMirrorPolicy(Message):
    """A target that gets copies; no `percentage`: of all requests."""

    destination: Destination
    percentage: Percent | None = None


class CorsPolicy(Message):
    """Cross-origin rules, answered by the proxy."""

    allow_origin: tuple[str, ...] = ()
    allow_origins: tuple[StringMatch, ...] = ()
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age: Duration | None = None
    allow_credentials: bool | None = None
    unmatched_preflights: Literal["UNSPECIFIED", "FORWARD", "IGNORE"] = "UNSPECIFIED"


class HTTPRoute(Message):
    """What happens to requests that match any of `match`; none: all requests."""

    name: str = ""
    match: tuple[HTTPMatchRequest, ...] = ()
    route: tuple[HTTPRouteDestination, ...] = ()
    redirect: HTTPRedirect | None = None
    direct_response: HTTPDirectResponse | None = None
    delegate: Delegate | None = None
    rewrite: HTTPRewrite | None = None
    timeout: Duration | None = None
    retries: HTTPRetry | None = None
    fault: HTTPFaultInjection | None = None
    mirror: Destination | None = None
    mirrors: tuple[HTTPMirrorPolicy, ...] = ()
    mirror_percent: UInt32 | None = None
    legacy_mirror_percent: UInt32 | None = field(default=None, name="mirror_percent")
    mirror_percentage: Percent | None = None
    cors_policy: CorsPolicy | None = None
    headers: Headers | None = None


class RouteDestination(Message):
    """One of the targets of a TCP or TLS route; weights are relative to their sum."""

    destination: Destination
    weight: Int32 = 0


class L4MatchAttributes(Message):
    """Conditions on a connection that must all hold."""

    destination_subnets: tuple[str, ...] = ()
    port: UInt32 = 0
    source_subnet: str = ""
    source_labels: dict[str, str] = {}
    gateways: tuple[str, ...] = ()
    source_namespace: str = ""


class TLSMatchAttributes(Message):
    """Conditions on a TLS connection that must all hold."""

    sni_hosts: tuple[str, ...]
    destination_subnets: tuple[str, ...] = ()
    port: UInt32 = 0
    source_labels: dict[str, str] = {}
    gateways: tuple[str, ...] = ()
    source_namespace: str = ""


class TCPRoute(Message):
    """Where connections go that match any of `match`; none: all."""

    match: tuple[L4MatchAttributes, ...] = ()
    route: tuple[RouteDestination, ...] = ()


class TLSRoute(Message):
    """Where TLS connections go, unopened, by server name."""

    match: tuple[TLSMatchAttributes, ...]
    route: tuple[RouteDestination, ...] = ()


class VirtualServiceSpec(Message):
    """No `hosts`: a delegate. No `gateways`: `mesh`. No `export_to`: every namespace."""

    hosts: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    http: tuple[HTTPRoute, ...] = ()
    tls: tuple[TLSRoute, ...] = ()
    tcp: tuple[TCPRoute, ...] = ()
    export_to: tuple[str, ...] = ()


class VirtualService(Resource):
    """Where requests to a host go."""

    spec: VirtualServiceSpec = VirtualServiceSpec()
    status: IstioStatus | None = None
