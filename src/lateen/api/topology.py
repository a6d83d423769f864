"""Labels that say where a workload or a node is."""

from typing import Final

REGION: Final = "topology.kubernetes.io/region"
ZONE: Final = "topology.kubernetes.io/zone"
SUBZONE: Final = "topology.istio.io/subzone"
NETWORK: Final = "topology.istio.io/network"
