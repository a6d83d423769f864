"""Kubernetes Ingress: `networking.k8s.io/v1`, and the elder form of `extensions/v1beta1`."""

from typing import Final, Literal

from lateen.api.istio_status import IstioStatus
from lateen.api.meta import Condition, JsonObject, Message, Resource
from lateen.api.scalar import IntOrString

CLASS: Final = "istio"
CLASS_ANNOTATION: Final = "kubernetes.io/ingress.class"


class ServiceBackendPort(Message):
    """A port of a service, by `name` or `number`."""

    name: str = ""
    number: int = 0


class IngressServiceBackend(Message):
    """A service of the Ingress' namespace."""

    name: str = ""
    port: ServiceBackendPort = ServiceBackendPort()


class IngressBackend(Message):
    """Where requests go: `service`, or in the elder form `service_name` and `service_port`."""

    service: IngressServiceBackend | None = None
    resource: JsonObject | None = None
    service_name: str = ""
    service_port: IntOrString | None = None

    @property
    def target(self) -> tuple[str, int | str]:
        """The service, and its port by number or name, in whichever form they are written; ("", 0) for neither."""
        if self.service is not None:
            return self.service.name, self.service.port.number or self.service.port.name or 0
        port = self.service_port or 0
        return self.service_name, int(port) if isinstance(port, str) and port.isdigit() else port


class HTTPIngressPath(Message):
    """Requests to a path. Without `path_type`, as in Istio, a path that ends in `.*` or `/*` is a prefix, another
    exact."""

    path: str = ""
    path_type: Literal["Exact", "Prefix", "ImplementationSpecific"] | None = None
    backend: IngressBackend


class HTTPIngressRuleValue(Message):
    """The paths of a host."""

    paths: tuple[HTTPIngressPath, ...] = ()


class IngressRule(Message):
    """A host, by default every one, and its paths."""

    host: str = ""
    http: HTTPIngressRuleValue | None = None


class IngressTLS(Message):
    """The certificate of hosts."""

    hosts: tuple[str, ...] = ()
    secret_name: str = ""


class IngressSpec(Message):
    """`default_backend`, in the elder form `backend`, takes what no rule takes."""

    ingress_class_name: str | None = None
    default_backend: IngressBackend | None = None
    backend: IngressBackend | None = None
    rules: tuple[IngressRule, ...] = ()
    tls: tuple[IngressTLS, ...] = ()


class IngressStatus(IstioStatus):
    """Where the Ingress is reached, and what is wrong with it."""

    load_balancer: JsonObject | None = None
    conditions: tuple[Condition, ...] = ()


class Ingress(Resource):
    """How requests from outside reach services; only those of class `istio` have an effect."""

    spec: IngressSpec = IngressSpec()
    status: IngressStatus | None = None
