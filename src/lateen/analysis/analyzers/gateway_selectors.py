"""Policies for gateways of the Gateway API must name them: a selector has no effect there.

IST0166 for a policy whose selector fits such a gateway's pod.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import INEFFECTIVE_SELECTOR
from lateen.api.authorization_policy import AuthorizationPolicy
from lateen.api.meta import Resource
from lateen.api.policy_target import PolicyTarget
from lateen.api.problem import Problem
from lateen.api.request_authentication import RequestAuthentication
from lateen.api.telemetry import Telemetry
from lateen.api.wasm_plugin import WasmPlugin

_GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name"


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report selectors without effect."""
    targets: list[tuple[Resource, PolicyTarget]] = [(each, each.spec) for each in config.of(AuthorizationPolicy)]
    targets += [(each, each.spec) for each in config.of(RequestAuthentication)]
    targets += [(each, each.spec) for each in config.of(Telemetry)]
    targets += [(each, each.spec) for each in config.of(WasmPlugin)]
    for policy, target in targets:
        if target.selector is None or target.target_ref is not None:
            continue
        for workload in config.workloads.selected(target.selector.match_labels, policy.metadata.namespace):
            if gateway := workload.labels.get(_GATEWAY_NAME):
                yield INEFFECTIVE_SELECTOR.at(policy.ref, "spec.selector", gateway=gateway)
