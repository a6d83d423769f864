"""Namespaces should say whether their pods get sidecars, and pods should have what their namespace asks for.

IST0102 for a namespace that says nothing (IST0148 if all get sidecars by default), IST0123 for one that says several
things, IST0103 for a pod that was made before its namespace asked.
"""

import json
from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import (
    INJECTED_BY_DEFAULT,
    INJECTION_LABELS,
    MISSING_PROXY,
    NOT_INJECTED,
    brackets,
)
from lateen.analysis.subject import full_name
from lateen.analysis.system import AMBIENT, AMBIENT_LABEL, ENABLED
from lateen.api.config_map import ConfigMap
from lateen.api.namespace import Namespace
from lateen.api.pod import Pod
from lateen.api.problem import Problem
from lateen.model.injection import INJECT, NAMESPACE_LABEL, REVISION
from lateen.model.pods import PROXY_CONTAINER

INJECTOR_MAP = "istio-sidecar-injector"
_SYSTEM = "istio-system"
_LABELS = "metadata.labels"


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report namespaces first, then pods without a proxy."""
    injected = set()
    for namespace in config.of(Namespace):
        if namespace.metadata.name == _SYSTEM:
            continue
        yield from _analyze_namespace(config, namespace)
        labels = namespace.metadata.labels
        if labels.get(NAMESPACE_LABEL) == ENABLED and labels.get(AMBIENT_LABEL) != AMBIENT:
            injected.add(namespace.metadata.name)
    for pod in config.of(Pod):
        if pod.metadata.namespace in injected and _lacks_proxy(pod):
            yield MISSING_PROXY.at(pod.ref, "spec.containers", pod=full_name(pod))


def injector_map(revision: str) -> str:
    """The name of the ConfigMap with the injector's values."""
    return INJECTOR_MAP if revision in ("", "default") else f"{INJECTOR_MAP}-{revision}"


def _analyze_namespace(config: Configuration, namespace: Namespace) -> Iterator[Problem]:
    name, labels = namespace.metadata.name, namespace.metadata.labels
    given = _injection_labels(labels)
    if len(given) > 1:
        yield INJECTION_LABELS.at(namespace.ref, _LABELS, labels=brackets(given))
    if labels.get(AMBIENT_LABEL) == AMBIENT or labels.get(NAMESPACE_LABEL) or REVISION in labels:
        return
    if _is_default(config, labels.get(REVISION, "")):
        yield INJECTED_BY_DEFAULT.at(namespace.ref, _LABELS)
    else:
        yield NOT_INJECTED.at(namespace.ref, _LABELS, namespace=name)


def _injection_labels(labels: dict[str, str]) -> list[str]:
    own = labels.get(NAMESPACE_LABEL)
    found = [] if own is None else [f"{NAMESPACE_LABEL}={own}"]
    if own in (None, ENABLED):
        found += [f"{label}={labels[label]}" for label in (REVISION, AMBIENT_LABEL) if label in labels]
    return found


def _is_default(config: Configuration, revision: str) -> bool:
    """Whether the injector's values say that namespaces without labels are injected."""
    source = next((each for each in config.of(ConfigMap) if each.metadata.name == injector_map(revision)), None)
    try:
        values = json.loads(source.data.get("values", "{}")) if source else {}
    except ValueError:
        return False
    webhook = values.get("sidecarInjectorWebhook") if isinstance(values, dict) else None
    return isinstance(webhook, dict) and webhook.get("enableNamespacesByDefault") is True


def _lacks_proxy(pod: Pod) -> bool:
    wish = pod.metadata.labels.get(INJECT, pod.metadata.annotations.get(INJECT, ""))
    if wish.lower() == "false" or pod.spec.host_network:
        return False
    containers = (*pod.spec.containers, *pod.spec.init_containers)
    return not any(each.name == PROXY_CONTAINER and each.image for each in containers)
