"""Applications must not run as the proxy's user, whose traffic is not captured.

IST0144 for pods and deployments with a container of user 1337 that is not the proxy.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import APPLICATION_UID
from lateen.analysis.system import is_control_plane
from lateen.api.deployment import Deployment
from lateen.api.pod import Pod, PodSpec
from lateen.api.problem import Problem, ResourceRef
from lateen.model.pods import PROXY_CONTAINER

PROXY_USER = 1337
_EXEMPT = frozenset({PROXY_CONTAINER, "istio-operator"})


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report the security contexts that say 1337."""
    for pod in config.of(Pod):
        if not is_control_plane(pod.metadata.labels):
            yield from _analyze(pod.ref, "spec", pod.spec)
    for deployment in config.of(Deployment):
        if not is_control_plane(deployment.metadata.labels):
            yield from _analyze(deployment.ref, "spec.template.spec", deployment.spec.template.spec)


def _analyze(ref: ResourceRef, path: str, spec: PodSpec) -> Iterator[Problem]:
    """One finding, as Istio's, however often the user is named."""
    if paths := [f"{path}.{each}" for each in _paths(spec)]:
        yield APPLICATION_UID.at(ref, paths[0], hint=f"also at {', '.join(paths[1:])}" if paths[1:] else "")


def _paths(spec: PodSpec) -> Iterator[str]:
    if spec.security_context is not None and spec.security_context.run_as_user == PROXY_USER:
        yield "securityContext.runAsUser"
    for place, container in enumerate(spec.containers):
        context = container.security_context
        if container.name not in _EXEMPT and context is not None and context.run_as_user == PROXY_USER:
            yield f"containers[{place}].securityContext.runAsUser"
