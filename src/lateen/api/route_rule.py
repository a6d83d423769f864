"""Istio `config.istio.io/v1alpha2` RouteRule: where requests to a service went before VirtualService."""

from lateen.api.duration import Duration
from lateen.api.istio_service import IstioService
from lateen.api.istio_status import IstioStatus
from lateen.api.meta import JsonObject, Message, Resource
from lateen.api.scalar import Int32
from lateen.api.virtual_service import StringMatch


class SubnetMatch(Message):
    """Addresses of a connection; `L4MatchAttributes` in the API."""

    source_subnet: tuple[str, ...] = ()
    destination_subnet: tuple[str, ...] = ()


class MatchRequest(Message):
    """Conditions on headers by lower-case name; `uri`, `scheme`, `method` and `authority` are not headers."""

    headers: dict[str, StringMatch] = {}


class MatchCondition(Message):
    """Conditions that must all hold."""

    source: IstioService | None = None
    tcp: SubnetMatch | None = None
    udp: SubnetMatch | None = None
    request: MatchRequest | None = None


class DestinationWeight(Message):
    """One of the targets: the rule's service unless `destination` names another; the version by `labels`."""

    destination: IstioService | None = None
    labels: dict[str, str] = {}
    weight: Int32 = 0


class RuleRedirect(Message):
    """A redirect to another path, authority or both; `HTTPRedirect` in the API."""

    uri: str = ""
    authority: str = ""


class RuleRewrite(Message):
    """Changes of path and authority; `HTTPRewrite` in the API."""

    uri: str = ""
    authority: str = ""


class SimpleTimeoutPolicy(Message):
    """A limit for the whole request."""

    timeout: Duration | None = None
    override_header_name: str = ""


class HTTPTimeout(Message):
    """One of the fields."""

    simple_timeout: SimpleTimeoutPolicy | None = None
    custom: JsonObject | None = None


class SimpleRetryPolicy(Message):
    """Retries of failed requests; `attempts` 0: none."""

    attempts: Int32 = 0
    per_try_timeout: Duration | None = None
    override_header_name: str = ""


class RetryPolicy(Message):
    """One of the fields; `HTTPRetry` in the API."""

    simple_retry: SimpleRetryPolicy | None = None
    custom: JsonObject | None = None


class DelayFault(Message):
    """A pause; no `percent`: never. `HTTPFaultInjection.Delay` in the API."""

    percent: float = 0.0
    fixed_delay: Duration | None = None
    exponential_delay: Duration | None = None
    override_header_name: str = ""


class AbortFault(Message):
    """A failure; no `percent`: never. `HTTPFaultInjection.Abort` in the API."""

    percent: float = 0.0
    grpc_status: str | None = None
    http2_error: str | None = None
    http_status: Int32 | None = None
    override_header_name: str = ""


class HTTPFault(Message):
    """Faults on purpose; `HTTPFaultInjection` in the API."""

    delay: DelayFault | None = None
    abort: AbortFault | None = None


class RuleCorsPolicy(Message):
    """Cross-origin rules; `CorsPolicy` in the API."""

    allow_origin: tuple[str, ...] = ()
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age: Duration | None = None
    allow_credentials: bool | None = None


class RouteRuleSpec(Message):
    """Of the rules for a service those with the highest `precedence` are looked at first."""

    destination: IstioService | None = None
    precedence: Int32 = 0
    match: MatchCondition | None = None
    route: tuple[DestinationWeight, ...] = ()
    redirect: RuleRedirect | None = None
    rewrite: RuleRewrite | None = None
    websocket_upgrade: bool = False
    http_req_timeout: HTTPTimeout | None = None
    http_req_retries: RetryPolicy | None = None
    http_fault: HTTPFault | None = None
    l4_fault: JsonObject | None = None
    mirror: IstioService | None = None
    cors_policy: RuleCorsPolicy | None = None
    append_headers: dict[str, str] = {}


class RouteRule(Resource):
    """Where requests to a service go, if no VirtualService says so."""

    spec: RouteRuleSpec = RouteRuleSpec()
    status: IstioStatus | None = None
