"""Istio `config.istio.io/v1alpha2` DestinationPolicy: how requests to a service were sent before DestinationRule."""

from typing import Literal

from lateen.api.duration import Duration
from lateen.api.istio_service import IstioService
from lateen.api.istio_status import IstioStatus
from lateen.api.meta import JsonObject, Message, Resource
from lateen.api.scalar import Int32


class LoadBalancing(Message):
    """One of the fields."""

    name: Literal["ROUND_ROBIN", "LEAST_CONN", "RANDOM"] | None = None
    custom: JsonObject | None = None


class SimpleCircuitBreakerPolicy(Message):
    """Limits, and when an endpoint that fails is left out for a while; 0: the proxy's default."""

    max_connections: Int32 = 0
    http_max_pending_requests: Int32 = 0
    http_max_requests: Int32 = 0
    sleep_window: Duration | None = None
    http_consecutive_errors: Int32 = 0
    http_detection_interval: Duration | None = None
    http_max_requests_per_connection: Int32 = 0
    http_max_ejection_percent: Int32 = 0
    http_max_retries: Int32 = 0


class CircuitBreaker(Message):
    """One of the fields."""

    simple_cb: SimpleCircuitBreakerPolicy | None = None
    custom: JsonObject | None = None


class DestinationPolicySpec(Message):
    """The policy of the version with `destination.labels`; without labels, of requests to the service as such."""

    destination: IstioService | None = None
    source: IstioService | None = None
    load_balancing: LoadBalancing | None = None
    circuit_breaker: CircuitBreaker | None = None
    custom: JsonObject | None = None


class DestinationPolicy(Resource):
    """How requests to a service are sent, if no DestinationRule says so."""

    spec: DestinationPolicySpec = DestinationPolicySpec()
    status: IstioStatus | None = None
