"""ServiceEntries for plain TCP need addresses: connections have no name by which they could be told apart.

IST0134 for each port that is TCP, or names no protocol, where there are none.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import ADDRESSES_REQUIRED
from lateen.api.meta import JsonObject
from lateen.api.problem import Problem
from lateen.api.service_entry import ServiceEntry

_ALLOCATORS = ("ISTIO_META_DNS_AUTO_ALLOCATE", "PILOT_ENABLE_IP_AUTOALLOCATE")


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report ports without addresses, unless the mesh gives addresses itself."""
    if _allocates(config.mesh_config):
        return
    for entry in config.of(ServiceEntry):
        if entry.spec.addresses or (entry.status is not None and entry.status.addresses):
            continue
        for place, port in enumerate(entry.spec.ports):
            if port.protocol.upper() in ("", "TCP"):
                yield ADDRESSES_REQUIRED.at(entry.ref, f"spec.ports[{place}]", hint="add addresses")


def _allocates(mesh_config: JsonObject) -> bool:
    defaults = mesh_config.get("defaultConfig")
    metadata = defaults.get("proxyMetadata") if isinstance(defaults, dict) else None
    if not isinstance(metadata, dict) or metadata.get("ISTIO_META_DNS_CAPTURE") != "true":
        return False
    return any(metadata.get(name) == "true" for name in _ALLOCATORS)
