"""Istio `telemetry.istio.io` Telemetry, as far as it is analyzed: no proxy obeys one yet."""

from lateen.api.meta import Message, Resource
from lateen.api.policy_target import PolicyTarget


class ProviderRef(Message):
    """Names one of the mesh's `extensionProviders`."""

    name: str = ""


class Tracing(Message):
    """Where spans go."""

    providers: tuple[ProviderRef, ...] = ()


class AccessLogging(Message):
    """Where access logs go."""

    providers: tuple[ProviderRef, ...] = ()
    disabled: bool = False


class TelemetrySpec(PolicyTarget):
    """Which workloads, and what they tell."""

    tracing: tuple[Tracing, ...] = ()
    access_logging: tuple[AccessLogging, ...] = ()


class Telemetry(Resource):
    """What proxies tell, and to whom."""

    spec: TelemetrySpec = TelemetrySpec()
