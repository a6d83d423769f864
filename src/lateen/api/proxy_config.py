"""Istio `networking.istio.io` ProxyConfig, as far as it is analyzed: no proxy obeys one yet."""

from lateen.api.meta import Message, Resource
from lateen.api.workload_selector import WorkloadSelector


class ProxyImage(Message):
    """Which build of the proxy's image: `default`, `debug` or `distroless`."""

    image_type: str = ""


class ProxyConfigSpec(Message):
    """No selector: the whole namespace."""

    selector: WorkloadSelector | None = None
    image: ProxyImage = ProxyImage()


class ProxyConfig(Resource):
    """How proxies are started."""

    spec: ProxyConfigSpec = ProxyConfigSpec()
