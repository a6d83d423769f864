"""Istio `extensions.istio.io` WasmPlugin, as far as it is analyzed: no proxy loads one."""

from lateen.api.meta import Resource
from lateen.api.policy_target import PolicyTarget


class WasmPlugin(Resource):
    """A filter of the user's own."""

    spec: PolicyTarget = PolicyTarget()
