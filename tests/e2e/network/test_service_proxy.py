import time
from ipaddress import IPv4Address

import pytest
from tests.e2e.network.conftest import Mesh, ask

from lateen.node.network.forwarding import Backends, ServiceAddress
from lateen.node.network.service_proxy import ServiceProxy

pytestmark = pytest.mark.root


@pytest.fixture
def proxy(mesh: Mesh) -> ServiceProxy:
    service_proxy = ServiceProxy(mesh.network.netns, mesh.plan)
    service_proxy.apply({})
    return service_proxy


def address(mesh: Mesh, number: int, port: int = 80) -> ServiceAddress:
    return ServiceAddress(mesh.plan.services[number], "tcp", port)


def test_a_service_address_spreads_over_its_endpoints(mesh: Mesh, proxy: ServiceProxy) -> None:
    client, *servers = (mesh.pod() for _ in range(4))
    for number, server in enumerate(servers):
        mesh.echo(server.netns, 8080, f"server{number}")
    service = address(mesh, 20)
    assert proxy.apply({service: Backends(tuple((server.address, 8080) for server in servers))})
    answers = [ask(client.netns, service.address, 80) for _ in range(60)]
    assert {name for name, _ in answers} == {"server0", "server1", "server2"}
    assert {seen for _, seen in answers} == {str(client.address)}
    assert ask(None, service.address, 80)[0].startswith("server")


def test_a_pod_that_its_own_service_chooses_answers(mesh: Mesh, proxy: ServiceProxy) -> None:
    pod = mesh.pod()
    mesh.echo(pod.netns, 8080, "self")
    service = address(mesh, 21)
    proxy.apply({service: Backends(((pod.address, 8080),))})
    assert ask(pod.netns, service.address, 80) == ("self", str(mesh.plan.gateway.ip))


def test_without_endpoints_a_connection_is_refused_at_once(mesh: Mesh, proxy: ServiceProxy) -> None:
    pod = mesh.pod()
    mesh.echo(pod.netns, 8080, "pod")
    service = address(mesh, 22)
    proxy.apply({service: Backends(((pod.address, 8080),))})
    assert ask(None, service.address, 80)[0] == "pod"
    proxy.apply({})
    for netns in (pod.netns, None):
        started = time.monotonic()
        with pytest.raises(ConnectionRefusedError):
            ask(netns, service.address, 80)
        assert time.monotonic() - started < 2


def test_changes_replace_endpoints_and_leave_other_services_alone(mesh: Mesh, proxy: ServiceProxy) -> None:
    client, first, second = mesh.pod(), mesh.pod(), mesh.pod()
    mesh.echo(first.netns, 8080, "first")
    mesh.echo(second.netns, 8080, "second")
    moving, staying = address(mesh, 23), address(mesh, 24, 9080)
    stays = Backends(((first.address, 8080),))
    proxy.apply({moving: stays, staying: stays})
    assert not proxy.apply({moving: stays, staying: stays})
    proxy.apply({moving: Backends(((second.address, 8080),)), staying: stays})
    assert ask(client.netns, moving.address, 80)[0] == "second"
    assert ask(client.netns, staying.address, 9080)[0] == "first"
    with pytest.raises(ConnectionRefusedError):
        ask(client.netns, staying.address, 80)


def test_a_sticky_service_keeps_a_client_with_one_endpoint(mesh: Mesh, proxy: ServiceProxy) -> None:
    client, *servers = (mesh.pod() for _ in range(4))
    for number, server in enumerate(servers):
        mesh.echo(server.netns, 8080, f"server{number}")
    service = address(mesh, 25)
    proxy.apply({service: Backends(tuple((server.address, 8080) for server in servers), sticky=True)})
    assert len({ask(client.netns, service.address, 80)[0] for _ in range(20)}) == 1


def test_a_restarted_agent_takes_over_an_existing_table(mesh: Mesh, proxy: ServiceProxy) -> None:
    pod = mesh.pod()
    mesh.echo(pod.netns, 8080, "pod")
    service = address(mesh, 26)
    forwarding = {service: Backends(((pod.address, 8080),))}
    proxy.apply(forwarding)
    ServiceProxy(mesh.network.netns, mesh.plan).apply(forwarding)
    assert ask(None, service.address, 80)[0] == "pod"


def test_a_table_that_somebody_changed_is_written_anew(mesh: Mesh, proxy: ServiceProxy) -> None:
    pod = mesh.pod()
    mesh.echo(pod.netns, 8080, "pod")
    first, second = address(mesh, 27), address(mesh, 28)
    backends = Backends(((pod.address, 8080),))
    proxy.apply({first: backends})
    ServiceProxy(mesh.network.netns, mesh.plan).apply({})
    proxy.apply({second: backends})
    assert ask(None, second.address, 80)[0] == "pod"
    with pytest.raises(ConnectionRefusedError):
        ask(None, first.address, 80)


def test_a_thousand_services_load_and_change_quickly(mesh: Mesh, proxy: ServiceProxy) -> None:
    endpoints = tuple((IPv4Address("10.244.0.99") + n, 80) for n in range(3))
    many = {address(mesh, n): Backends(endpoints) for n in range(100, 1100)}
    started = time.monotonic()
    proxy.apply(many)
    loaded = time.monotonic()
    proxy.apply(many | {address(mesh, 500): Backends(endpoints[:1])})
    changed = time.monotonic()
    assert loaded - started < 5
    assert changed - loaded < 1
