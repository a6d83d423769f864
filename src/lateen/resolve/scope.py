"""What makes one proxy's outbound view differ from another's."""

import msgspec

from lateen.model.service import Locality
from lateen.model.workload import ProxyType

NamespacedName = tuple[str, str]
"""(namespace, name)"""


class Scope(msgspec.Struct, frozen=True):
    """Proxies of equal scope share one outbound configuration.

    `labels` holds only the labels that some rule selects clients by, sorted. `locality` is set only when endpoints are
    chosen by it. The rest concerns gateways: the Gateways that select the proxy, the services in front of it (both
    (namespace, name or hostname), sorted) and the file of the machine's network namespace it may listen in ("": none).
    """

    type: ProxyType
    namespace: str
    labels: tuple[tuple[str, str], ...] = ()
    locality: Locality | None = None
    gateways: tuple[NamespacedName, ...] = ()
    services: tuple[NamespacedName, ...] = ()
    host_netns: str = ""

    @property
    def is_gateway(self) -> bool:
        """Whether the proxy runs Gateways rather than standing beside a workload."""
        return self.type is ProxyType.GATEWAY
