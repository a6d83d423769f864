"""Istio `security.istio.io` AuthorizationPolicy, as far as it is analyzed: no proxy obeys one yet."""

import msgspec

from lateen.api.istio_status import IstioStatus
from lateen.api.meta import Message, Resource
from lateen.api.policy_target import PolicyTarget


class Source(Message):
    """Where requests come from."""

    namespaces: tuple[str, ...] = ()
    not_namespaces: tuple[str, ...] = ()


class RuleFrom(Message):
    """One source of a rule."""

    source: Source = Source()


class Rule(Message):
    """Requests that the policy is about."""

    from_: tuple[RuleFrom, ...] = msgspec.field(default=(), name="from")


class AuthorizationPolicySpec(PolicyTarget):
    """Which workloads, and which requests to them."""

    rules: tuple[Rule, ...] = ()


class AuthorizationPolicy(Resource):
    """Who may call."""

    spec: AuthorizationPolicySpec = AuthorizationPolicySpec()
    status: IstioStatus | None = None
