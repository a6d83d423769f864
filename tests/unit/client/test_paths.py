from pathlib import Path

from lateen.client.paths import MeshPaths


def test_two_meshes_share_nothing() -> None:
    one, two = MeshPaths("one"), MeshPaths("two")
    assert one.kubeconfig == Path("/var/lib/lateen/one/kubeconfig")
    assert one.xds_socket == Path("/run/lateen/one/xds.sock")
    assert one.pid_file("node") == Path("/run/lateen/one/node.pid")
    shared = {getattr(one, name) for name in ("state", "run", "store", "pki", "token", "pods", "logs", "node_socket")}
    assert not shared & {getattr(two, name) for name in ("state", "run", "store", "pki", "token", "pods", "logs")}
