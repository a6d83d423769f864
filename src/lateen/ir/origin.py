"""Which resource a piece of configuration comes from."""

from lateen.ir.value import Value


class ConfigOrigin(Value):
    """A resource, as Istio names it in Envoy metadata (`filter_metadata.istio.config`)."""

    group: str
    version: str
    kind: str
    namespace: str
    name: str
