"""Kubernetes IngressClass: which controller serves the Ingresses that name it."""

from typing import Final

from lateen.api.meta import JsonObject, Message, Resource

CONTROLLER: Final = "istio.io/ingress-controller"
"""Istio's."""


class IngressClassSpec(Message):
    """`controller` is a path with a domain in front."""

    controller: str = ""
    parameters: JsonObject | None = None


class IngressClass(Resource):
    """The controller of the Ingresses whose `ingressClassName` is its name."""

    spec: IngressClassSpec = IngressClassSpec()
