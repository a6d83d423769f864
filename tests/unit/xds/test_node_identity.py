import pytest
from envoy.config.core.v3 import base_pb2

from lateen.model.service import Locality
from lateen.model.workload import ProxyType
from lateen.xds.node_identity import UnknownNodeError, proxy_of


def test_a_sidecar_introduces_itself() -> None:
    node = base_pb2.Node(id="sidecar~10.244.0.5~reviews-v1-abc.shop~shop.svc.cluster.local")
    node.locality.region, node.locality.zone = "r", "z"
    node.metadata.update({"LABELS": {"app": "reviews"}, "SERVICE_ACCOUNT": "sa", "LATEEN_HOST_NETNS": "/proc/1/ns/net"})
    proxy = proxy_of(node)
    assert (proxy.type, proxy.name, proxy.namespace, proxy.address) == (
        ProxyType.SIDECAR, "reviews-v1-abc", "shop", "10.244.0.5",
    )  # fmt: skip
    assert proxy.labels == {"app": "reviews"}
    assert proxy.service_account == "sa"
    assert proxy.locality == Locality("r", "z")
    assert proxy.netns_host == "/proc/1/ns/net"


@pytest.mark.parametrize("identity", ["", "envoy", "sidecar~1.2.3.4~a.b", "martian~1~a.b~c"])
def test_other_ids_are_refused(identity: str) -> None:
    with pytest.raises(UnknownNodeError):
        proxy_of(base_pb2.Node(id=identity))
