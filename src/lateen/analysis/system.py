"""What belongs to the mesh itself, and how namespaces join it."""

from collections.abc import Mapping

from lateen.model.injection import NAMESPACE_LABEL, REVISION

ENABLED = "enabled"
AMBIENT_LABEL = "istio.io/dataplane-mode"
AMBIENT = "ambient"


def is_control_plane(labels: Mapping[str, str]) -> bool:
    """Whether a resource with these labels is part of the installation: the control plane, a gateway."""
    return "istio" in labels or labels.get("release") == "istio"


def is_ambient(labels: Mapping[str, str]) -> bool:
    """Whether workloads of a namespace with these labels are in the mesh without sidecars of their own."""
    injected = labels.get(NAMESPACE_LABEL) == ENABLED or labels.get(REVISION)
    return not injected and labels.get(AMBIENT_LABEL) == AMBIENT
