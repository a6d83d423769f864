"""Proxies that run should have the image that is injected now.

IST0158 for namespaces with pods whose proxies are of another version, where a ConfigMap `istio-sidecar-injector` says
which one is injected.
"""

import json
from collections.abc import Iterator
from typing import Any

from lateen.analysis.analyzers.injection import INJECTOR_MAP, injector_map
from lateen.analysis.config import Configuration
from lateen.analysis.messages import PROXY_IMAGES, brackets
from lateen.analysis.system import ENABLED
from lateen.api.codec import from_yaml
from lateen.api.config_map import ConfigMap
from lateen.api.meta import JsonObject
from lateen.api.pod import Pod
from lateen.api.problem import Problem
from lateen.api.proxy_config import ProxyConfig
from lateen.model.injection import NAMESPACE_LABEL, REVISION
from lateen.model.pods import PROXY_CONTAINER
from lateen.model.selection import selects

_OWN_IMAGE = "sidecar.istio.io/proxyImage"
_PROXY_CONFIG = "proxy.istio.io/config"


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report namespaces with outdated proxies."""
    maps = [each for each in config.of(ConfigMap) if each.metadata.name.startswith(INJECTOR_MAP)]
    wanted = {each.metadata.name: _injected_image(each) for each in maps}
    outdated: dict[str, list[str]] = {}
    for pod in config.of(Pod) if wanted else ():
        image = wanted.get(_map_of(config, pod))
        if image is not None and not pod.metadata.annotations.get(_OWN_IMAGE) and _differs(config, pod, image):
            outdated.setdefault(pod.metadata.namespace, []).append(pod.metadata.name)
    for name, pods in outdated.items():
        yield PROXY_IMAGES.at(config.namespaces[name].ref, "metadata.name", pods=brackets(sorted(pods)))


def _map_of(config: Configuration, pod: Pod) -> str:
    namespace = config.namespaces.get(pod.metadata.namespace)
    labels = namespace.metadata.labels if namespace else {}
    if REVISION in labels:
        return injector_map(labels[REVISION])
    return INJECTOR_MAP if labels.get(NAMESPACE_LABEL) == ENABLED else ""


def _injected_image(source: ConfigMap) -> str:
    try:
        values = json.loads(source.data.get("values", "{}"))
    except ValueError:
        return ""
    settings = _mapping(_mapping(values).get("global"))
    image = str(_mapping(settings.get("proxy")).get("image", ""))
    return image if "/" in image else f"{settings.get('hub', '')}/{image}:{settings.get('tag', '')}"


def _differs(config: Configuration, pod: Pod, image: str) -> bool:
    variant = _variant(config, pod)
    right = (image, f"{image}-{variant}")
    containers = (*pod.spec.containers, *pod.spec.init_containers)
    return any(each.name == PROXY_CONTAINER and each.image not in right for each in containers)


def _variant(config: Configuration, pod: Pod) -> str:
    """The image's variant, `distroless` or "": by the pod's own proxy settings, else by those of a ProxyConfig for the
    pod, its namespace or the root namespace, else by the mesh's."""
    try:
        own = from_yaml(pod.metadata.annotations.get(_PROXY_CONFIG, ""))
    except ValueError:
        own = {}
    mesh = _mapping(config.mesh_config.get("defaultConfig"))
    wanted = (_image_type(own), *_proxy_config_types(config, pod), _image_type(mesh))
    variant = next(filter(None, wanted), "")
    return "" if variant == "default" else variant


def _image_type(settings: JsonObject) -> str:
    return str(_mapping(settings.get("image")).get("imageType") or "")


def _proxy_config_types(config: Configuration, pod: Pod) -> tuple[str, str, str]:
    """What ProxyConfigs say: for the pod, its namespace, the mesh."""
    of_pod = of_namespace = of_mesh = ""
    for each in config.of(ProxyConfig):
        namespace, selector = each.metadata.namespace, each.spec.selector
        if namespace == config.settings.root_namespace:
            of_mesh = each.spec.image.image_type
        elif namespace != pod.metadata.namespace:
            continue
        elif selector is None:
            of_namespace = each.spec.image.image_type
        elif selects(selector.match_labels, pod.metadata.labels):
            of_pod = each.spec.image.image_type
    return of_pod, of_namespace, of_mesh


def _mapping(value: Any) -> JsonObject:  # Any: the user's YAML, checked here
    return value if isinstance(value, dict) else {}
