"""How Istio's first API (`config.istio.io/v1alpha2`) names a service: by its parts, with the labels of a version."""

from lateen.api.meta import Message


class IstioService(Message):
    """Either `name`, which `namespace` (default: the rule's) and `domain` complete, or a whole `service`."""

    name: str = ""
    namespace: str = ""
    domain: str = ""
    service: str = ""
    labels: dict[str, str] = {}
