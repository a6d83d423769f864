"""The Gateway API of Kubernetes, `gateway.networking.k8s.io`, as far as it is analyzed: it has no effect yet."""

from typing import Final

from lateen.api.meta import Condition, Message, Resource
from lateen.api.problem import ResourceRef

GROUP: Final = "gateway.networking.k8s.io"
GATEWAY_ID: Final = f"Gateway.{GROUP}"
"""The id of its Gateway, which is not Istio's."""


class Listener(Message):
    """A port; no `hostname`: every host."""

    hostname: str = ""


class GatewaySpec(Message):
    """What the gateway listens on."""

    listeners: tuple[Listener, ...] = ()


class GatewayStatus(Message):
    """Whether it works."""

    conditions: tuple[Condition, ...] = ()


class KubernetesGateway(Resource):
    """A gateway that is made for its listeners."""

    spec: GatewaySpec = GatewaySpec()
    status: GatewayStatus = GatewayStatus()

    @property
    def ref(self) -> ResourceRef:
        """Kind, namespace and name; the kind with its group."""
        return ResourceRef(GATEWAY_ID, self.metadata.namespace, self.metadata.name)


class RouteParentStatus(Message):
    """Whether a gateway took the route."""

    conditions: tuple[Condition, ...] = ()


class RouteStatus(Message):
    """One entry for each gateway that the route is for."""

    parents: tuple[RouteParentStatus, ...] = ()


class Route(Resource):
    """An HTTPRoute or a GRPCRoute."""

    status: RouteStatus = RouteStatus()
