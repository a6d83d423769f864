"""Applications must not run as the proxy's user, whose traffic is not captured.

IST0144 for pods and deployments with a container of user 1337 that is not the proxy.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import APPLICATION_UID
from lateen.analysis.system import is_control_plane
from lateen.api.deployment import Deployment
from lateen.api.pod import Pod, PodSpec
from lateen.api.problem import Problem
from lateen.model.pods import PROXY_CONTAINER

PROXY_USER = 1337
_EXEMPT = frozenset({PROXY_CONTAINER, "istio-operator"})


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report the security contexts that say 1337."""
    for pod in config.of(Pod):
        if not is_control_plane(pod.metadata.labels):
            for path in _paths(pod.spec):
                yield APPLICATION_UID.at(pod.ref, f"spec.{path}")
    for deployment in config.of(Deployment):
        if not is_control_plane(deployment.metadata.labels):
            for path in _paths(deployment.spec.template.spec):
                yield APPLICATION_UID.at(deployment.ref, f"spec.template.spec.{path}")


def _paths(spec: PodSpec) -> Iterator[str]:
    if spec.security_context is not None and spec.security_context.run_as_user == PROXY_USER:
        yield "securityContext.runAsUser"
    for place, container in enumerate(spec.containers):
        context = container.security_context
        if container.name not in _EXEMPT and context is not None and context.run_as_user == PROXY_USER:
            yield f"containers[{place}].securityContext.runAsUser"
