"""`image: auto` asks for injection, which must then take place.

IST0146 for a deployment whose pods would not be injected, IST0147 for a pod that was not.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import AUTO_IMAGE_DEPLOYMENT, AUTO_IMAGE_POD
from lateen.api.deployment import Deployment
from lateen.api.pod import Pod, PodSpec
from lateen.api.problem import Problem
from lateen.model.injection import wants_injection
from lateen.model.pods import PROXY_CONTAINER


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report proxies that nothing puts in."""
    for pod in config.of(Pod):
        if (place := _auto_image(pod.spec)) is not None:
            path = f"spec.containers[{place}].image"
            yield AUTO_IMAGE_POD.at(pod.ref, path, kind="Pod", name=pod.metadata.name)
    for deployment in config.of(Deployment):
        place = _auto_image(deployment.spec.template.spec)
        if place is not None and not _is_injected(config, deployment):
            path = f"spec.template.spec.containers[{place}].image"
            facts = {"kind": "Deployment", "name": deployment.metadata.name}
            hint = 'label the template with sidecar.istio.io/inject: "true"'
            yield AUTO_IMAGE_DEPLOYMENT.at(deployment.ref, path, hint=hint, **facts)


def _auto_image(spec: PodSpec) -> int | None:
    places = (n for n, each in enumerate(spec.containers) if each.name == PROXY_CONTAINER and each.image == "auto")
    return next(places, None)


def _is_injected(config: Configuration, deployment: Deployment) -> bool:
    template, namespace = deployment.spec.template, config.namespaces.get(deployment.metadata.namespace or "default")
    return wants_injection(
        template.metadata.labels,
        template.metadata.annotations,
        namespace.metadata.labels if namespace else {},
        namespace=deployment.metadata.namespace,
        host_network=template.spec.host_network,
    )
