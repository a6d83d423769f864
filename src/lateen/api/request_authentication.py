"""Istio `security.istio.io` RequestAuthentication, as far as it is analyzed: no proxy obeys one yet."""

from lateen.api.meta import Resource
from lateen.api.policy_target import PolicyTarget


class RequestAuthentication(Resource):
    """Which tokens (JWT) are good."""

    spec: PolicyTarget = PolicyTarget()
