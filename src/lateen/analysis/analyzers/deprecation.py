"""Fields that Istio has replaced, or ignores.

IST0002 for the percent of a fault's delay, and for a Sidecar's egress proxy.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import DEPRECATED
from lateen.api.problem import Problem
from lateen.api.sidecar import Sidecar
from lateen.api.virtual_service import VirtualService


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report fields to be replaced."""
    for rule in config.of(VirtualService):
        for place, route in enumerate(rule.spec.http):
            if route.fault is not None and route.fault.delay is not None and route.fault.delay.percent > 0:
                path = f"spec.http[{place}].fault.delay.percent"
                yield DEPRECATED.at(rule.ref, path, detail="fault.delay.percent; use fault.delay.percentage")
    for sidecar in config.of(Sidecar):
        policy = sidecar.spec.outbound_traffic_policy
        if policy is not None and policy.egress_proxy is not None:
            path = "spec.outboundTrafficPolicy.egressProxy"
            yield DEPRECATED.at(sidecar.ref, path, detail="outboundTrafficPolicy.egressProxy is ignored")
