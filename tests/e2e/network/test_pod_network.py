import json
import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.e2e.network.conftest import Mesh, ask

from lateen.lib.clock import SystemClock
from lateen.lib.netns import netns_names, run_inside
from lateen.lib.rtnetlink import Rtnetlink
from lateen.node.network import pod_network
from lateen.node.network.cleanup import remove_mesh_network
from lateen.node.network.mesh_network import BRIDGE, MeshNetwork
from lateen.node.network.names import hardware_address, uplink
from lateen.node.network.pod_network import PodNetwork

pytestmark = pytest.mark.root


def machine_settings() -> dict[str, str]:
    names = ("ipv4/ip_forward", "ipv4/conf/all/rp_filter", "ipv4/conf/all/send_redirects")
    return {name: Path("/proc/sys/net", name).read_text() for name in names}


def test_pods_reach_each_other_and_the_machine_reaches_them(mesh: Mesh) -> None:
    a, b = mesh.pod(), mesh.pod()
    mesh.echo(b.netns, 8080, "b")
    assert ask(a.netns, b.address, 8080) == ("b", str(a.address))
    assert ask(None, b.address, 8080) == ("b", str(mesh.plan.uplink_machine.ip))


def test_a_pod_reaches_itself_and_its_loopback(mesh: Mesh) -> None:
    pod = mesh.pod()
    mesh.echo(pod.netns, 80, "self")
    assert ask(pod.netns, pod.address, 80) == ("self", str(pod.address))
    assert ask(pod.netns, "127.0.0.1", 80) == ("self", "127.0.0.1")


def test_pods_keep_the_way_to_each_other_while_others_come_and_go(mesh: Mesh) -> None:
    def gateway() -> str:
        command = ["ip", "-json", "link", "show", BRIDGE]
        (link,) = json.loads(run_inside(mesh.network.netns, lambda: subprocess.check_output(command)))
        return str(link["address"])

    first = gateway()
    pods = [mesh.pod() for _ in range(6)]
    for pod in pods:
        mesh.pods.detach(pod)
        assert gateway() == first == hardware_address(mesh.plan.gateway.ip).hex(":")


def test_two_meshes_side_by_side_keep_apart(new_mesh: Callable[[], Mesh]) -> None:
    first, second = new_mesh(), new_mesh()
    assert first.plan.slot != second.plan.slot
    one, two = first.pod(), second.pod()
    first.echo(one.netns, 80, "first")
    second.echo(two.netns, 80, "second")
    assert ask(None, one.address, 80)[0] == "first"
    assert ask(None, two.address, 80)[0] == "second"
    remove_mesh_network(first.name)
    assert ask(None, two.address, 80)[0] == "second"


def test_many_pods_at_once_get_addresses_of_their_own(mesh: Mesh) -> None:
    with ThreadPoolExecutor(8) as threads:
        attachments = list(threads.map(lambda _: mesh.pod(), range(24)))
    assert len({attachment.address for attachment in attachments}) == 24
    assert len(mesh.pods.attachments()) == 24
    assert len(netns_names(f"lateen-{mesh.name}-")) == 24


def test_a_new_agent_finds_the_pods_of_the_old_one(mesh: Mesh, tmp_path: Path) -> None:
    pod, gone = mesh.pod(), mesh.pod()
    mesh.pods.detach(gone)
    again = PodNetwork(mesh.name, mesh.network.ensure(), tmp_path / mesh.name, SystemClock())
    again.remove_unfinished()
    assert again.attachments() == [pod]
    assert again.attach("abc").address not in (pod.address, gone.address)


def test_a_pod_that_was_half_attached_when_the_agent_was_killed_is_made_anew(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = mesh.pod()
    with monkeypatch.context() as killed:
        killed.setattr(pod_network, "_configure", _killed)
        killed.setattr(mesh.pods, "detach", lambda attachment: None)
        with pytest.raises(KeyboardInterrupt):
            mesh.pods.attach("ffff0000-0000-4000-8000-000000000000")
    assert mesh.pods.attachments() == [whole]
    mesh.pods.remove_unfinished()
    assert netns_names(f"lateen-{mesh.name}-") == [whole.netns.name]
    with Rtnetlink.inside(mesh.network.netns) as node:
        bridge = node.link(BRIDGE)
        assert bridge is not None
        assert [link.master for link in node.links()].count(bridge.index) == 1
    mesh.echo(whole.netns, 80, "whole")
    assert ask(None, whole.address, 80)[0] == "whole"


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_nothing_is_left_behind_and_the_machine_is_as_before(tmp_path: Path) -> None:
    name = f"t{os.getpid()}-gone"
    settings = machine_settings()
    with Rtnetlink() as machine:
        links, routes = machine.links(), machine.routes()
    plan = MeshNetwork(name, tmp_path / name).ensure()
    PodNetwork(name, plan, tmp_path / name, SystemClock()).attach("0123")
    assert set(remove_mesh_network(name)) >= {f"lateen-{name}"}
    with Rtnetlink() as machine:
        assert {link.name for link in machine.links()} <= {link.name for link in links}
        assert set(machine.routes()) <= set(routes)
        assert machine.link(uplink(name)) is None
    assert machine_settings() == settings
    assert remove_mesh_network(name) == []


def test_a_namespace_that_a_process_still_uses_loses_its_links(tmp_path: Path) -> None:
    name = f"t{os.getpid()}-used"
    network = MeshNetwork(name, tmp_path / name)
    network.ensure()
    holder = run_inside(network.netns, lambda: subprocess.Popen(["sleep", "60"]))
    try:
        remove_mesh_network(name)
        with Rtnetlink() as machine:
            assert machine.link(uplink(name)) is None
        plan = network.ensure()
        assert plan.slot == network.plan().slot
    finally:
        holder.kill()
        holder.wait()
        remove_mesh_network(name)


def test_ensure_repairs_a_lost_uplink(mesh: Mesh) -> None:
    pod = mesh.pod()
    mesh.echo(pod.netns, 80, "pod")
    with Rtnetlink() as machine:
        machine.delete_link(uplink(mesh.name))
    mesh.network.ensure()
    assert ask(None, pod.address, 80)[0] == "pod"


def test_an_unused_service_address_is_refused_not_looped(mesh: Mesh) -> None:
    with pytest.raises(OSError, match=r"No route|unreachable"):
        ask(None, mesh.plan.services[99], 80)


def test_pods_may_listen_on_low_ports_without_rights(mesh: Mesh) -> None:
    setting = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    before = setting.read_text()
    assert run_inside(mesh.pod().netns, setting.read_text).strip() == "0"
    assert setting.read_text() == before
