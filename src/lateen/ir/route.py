"""HTTP routing: route configurations, virtual hosts, routes and what a route does."""

from lateen.ir.match import RouteMatch, StringMatch
from lateen.ir.origin import ConfigOrigin
from lateen.ir.value import Pairs, Value


class HeaderEdits(Value):
    """Changes to a message's headers: `set` overwrites, `add` appends."""

    set: Pairs = ()
    add: Pairs = ()
    remove: tuple[str, ...] = ()


class WeightedCluster(Value):
    """One target of a route. `weight` is relative to the sum over the route's targets."""

    cluster: str
    weight: int = 1
    host_rewrite: str = ""
    request: HeaderEdits = HeaderEdits()
    response: HeaderEdits = HeaderEdits()


class HashCookie(Value):
    name: str
    path: str = ""
    ttl_ms: int | None = None
    attributes: Pairs = ()


class HashOn(Value):
    """What is hashed to choose a cluster and an endpoint of it: exactly one is set."""

    header: str = ""
    cookie: HashCookie | None = None
    query_parameter: str = ""
    source_ip: bool = False


class RegexRewrite(Value):
    match: str
    substitution: str


class RetryPolicy(Value):
    """`on` is Envoy's comma-separated list; `status_codes` are the extra codes that are retried."""

    attempts: int
    on: str
    status_codes: tuple[int, ...] = ()
    per_try_timeout_ms: int | None = None
    host_selection_attempts: int = 5
    skip_previous_hosts: bool = True
    retry_other_localities: bool = False
    backoff_ms: int | None = None


class Mirror(Value):
    cluster: str
    share: int = 1_000_000


class Cors(Value):
    allow_origins: tuple[StringMatch, ...] = ()
    allow_methods: str = ""
    allow_headers: str = ""
    expose_headers: str = ""
    max_age: str = ""
    allow_credentials: bool | None = None
    forward_unmatched_preflights: bool | None = None


class Fault(Value):
    """Faults put in at the caller; shares are parts of a million."""

    delay_ms: int | None = None
    delay_share: int = 0
    abort_http_status: int | None = None
    abort_grpc_status: int | None = None
    abort_share: int = 0


class Forward(Value, tag="forward"):
    """Send the request to one of `clusters`: by what `hash_on` makes of it, else by chance.

    `timeout_ms` 0 is no timeout; at most one path rewrite is set.
    """

    clusters: tuple[WeightedCluster, ...]
    timeout_ms: int = 0
    retry: RetryPolicy | None = None
    mirrors: tuple[Mirror, ...] = ()
    prefix_rewrite: str = ""
    path_rewrite: str = ""
    regex_rewrite: RegexRewrite | None = None
    host_rewrite: str = ""
    auto_host_rewrite: bool = False
    hash_on: tuple[HashOn, ...] = ()
    max_grpc_timeout_ms: int | None = None


class Redirect(Value, tag="redirect"):
    code: int = 301
    host: str = ""
    path: str = ""
    prefix: str = ""
    scheme: str = ""
    port: int | None = None
    https: bool = False


class DirectResponse(Value, tag="direct_response"):
    """A fixed answer; `body_bytes` is a body that need not be text."""

    status: int
    body: str = ""
    body_bytes: bytes = b""


class Delegate(Value):
    """HTTP route `rule` of the resource that a rule delegates to."""

    origin: ConfigOrigin
    rule: int


class Route(Value):
    """One entry of a virtual host; the first that matches acts.

    It is HTTP route `rule` of `origin`; if that delegates, `delegate` has the words that were filled in.
    """

    action: Forward | Redirect | DirectResponse
    name: str = ""
    match: RouteMatch = RouteMatch()
    request: HeaderEdits = HeaderEdits()
    response: HeaderEdits = HeaderEdits()
    fault: Fault | None = None
    cors: Cors | None = None
    operation: str = ""
    origin: ConfigOrigin | None = None
    rule: int | None = None
    delegate: Delegate | None = None
    stat_prefix: str = ""


class VirtualHost(Value):
    """The routes for a set of domains."""

    name: str
    domains: tuple[str, ...]
    routes: tuple[Route, ...]
    require_tls: bool = False
    include_request_attempt_count: bool = True


class RouteConfig(Value):
    """What an HTTP listener routes by. `ignore_port` makes host matching ignore the port in the Host header."""

    name: str
    virtual_hosts: tuple[VirtualHost, ...]
    ignore_port: bool = False
    max_direct_response_bytes: int | None = None
