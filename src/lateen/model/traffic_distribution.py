"""Whether a service's clients prefer endpoints near them. Rule: Istio's `GetTrafficDistribution`."""

from collections.abc import Mapping

ANNOTATION = "networking.istio.io/traffic-distribution"
SAME_ZONE = "PreferSameZone"
SAME_NODE = "PreferSameNode"

_WORDS = {"prefersamezone": SAME_ZONE, "preferclose": SAME_ZONE, "prefersamenode": SAME_NODE}


def traffic_distribution(asked: str, annotations: Mapping[str, str], of_namespace: str = "") -> str:
    """`SAME_ZONE`, `SAME_NODE`, or "" for any endpoint: what the service asks for, else what its annotation says.

    A service without the annotation has the word `of_namespace`.
    """
    return _WORDS.get(asked.lower()) or _WORDS.get((annotations.get(ANNOTATION) or of_namespace).lower(), "")
