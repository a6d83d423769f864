import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import dns.message
import dns.query
import dns.rdatatype
import dns.rrset
import pytest
from dns import rcode
from tests.e2e.network.conftest import Mesh

from lateen.lib.netns import run_inside
from lateen.lib.pid_file import PidFile
from lateen.node.dns.process import DnsProcess
from lateen.node.dns.table import DnsTable, EntryAddresses, write_table
from lateen.node.network.capture import Capture, install_capture
from lateen.node.network.service_proxy import ServiceProxy

pytestmark = pytest.mark.root

WEB = "web.shop.svc.cluster.local"
RESOLVER = "127.0.0.153"


@pytest.fixture
def machine_resolver() -> Iterator[str]:
    """A name server on the machine's loopback address, as systemd-resolved is one."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((RESOLVER, 53))

    def serve() -> None:
        with suppress(OSError):
            while True:
                data, client = server.recvfrom(512)
                if not data:
                    return
                response = dns.message.make_response(query := dns.message.from_wire(data))
                response.answer = [dns.rrset.from_text(query.question[0].name, 60, "IN", "A", "192.0.2.80")]
                server.sendto(response.to_wire(), client)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield RESOLVER
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ender:
        ender.sendto(b"", (RESOLVER, 53))
    thread.join()
    server.close()


@pytest.fixture
def name_server(mesh: Mesh, tmp_path: Path, machine_resolver: str) -> Iterator[DnsProcess]:
    (tmp_path / "resolv.conf").write_text(f"nameserver {machine_resolver}\n")
    ServiceProxy(mesh.network.netns, mesh.plan).apply({})
    process = DnsProcess(
        netns=mesh.network.netns,
        address=mesh.plan.dns,
        table=tmp_path / "dns.json",
        pid_file=tmp_path / "dns.pid",
        log=tmp_path / "dns.log",
        resolv_conf=tmp_path / "resolv.conf",
    )
    table = DnsTable(
        pods=str(mesh.plan.pods),
        addresses={WEB: ["10.96.0.20"]},
        entries={"db.example.com": [EntryAddresses(["240.240.0.1"])]},
    )
    write_table(process.table, table)
    process.ensure()
    yield process
    process.stop()


def ask(netns: Path | None, mesh: Mesh, name: str, *, tcp: bool = False) -> dns.message.Message:
    query = dns.message.make_query(name, dns.rdatatype.A)
    exchange = dns.query.tcp if tcp else dns.query.udp

    def send() -> dns.message.Message:
        return exchange(query, str(mesh.plan.dns), timeout=3)

    return send() if netns is None else run_inside(netns, send)


def addresses(answer: dns.message.Message) -> list[str]:
    return [item.to_text() for rrset in answer.answer for item in rrset]


def test_pods_and_the_machine_resolve_names(mesh: Mesh, name_server: DnsProcess) -> None:
    pod = mesh.pod()
    for netns in (pod.netns, None):
        for tcp in (False, True):
            assert addresses(ask(netns, mesh, WEB, tcp=tcp)) == ["10.96.0.20"]
    assert ask(pod.netns, mesh, "nothing.shop.svc.cluster.local").rcode() == rcode.NXDOMAIN


def test_other_names_are_asked_at_the_machines_own_loopback(mesh: Mesh, name_server: DnsProcess) -> None:
    assert addresses(ask(mesh.pod().netns, mesh, "www.example.com")) == ["192.0.2.80"]


def test_pods_with_a_sidecar_know_the_hosts_of_service_entries(mesh: Mesh, name_server: DnsProcess) -> None:
    pod = mesh.pod()
    assert addresses(ask(pod.netns, mesh, "db.example.com")) == ["192.0.2.80"]
    install_capture(pod.netns, Capture(name_server=mesh.plan.dns))
    for tcp in (False, True):
        assert addresses(ask(pod.netns, mesh, "db.example.com", tcp=tcp)) == ["240.240.0.1"]
    assert addresses(ask(pod.netns, mesh, WEB)) == ["10.96.0.20"]


def test_the_server_is_started_once_and_again_when_it_died(mesh: Mesh, name_server: DnsProcess) -> None:
    assert not name_server.ensure()
    file = PidFile(name_server.pid_file)
    first = file.holder()
    assert first is not None
    file.signal(signal.SIGKILL)
    while file.holder() is not None:
        time.sleep(0.01)
    assert name_server.ensure()
    second = file.holder()
    assert second is not None
    assert second.pid != first.pid
    assert addresses(ask(None, mesh, WEB)) == ["10.96.0.20"]


def test_a_server_that_cannot_start_says_why(mesh: Mesh, tmp_path: Path) -> None:
    process = DnsProcess(
        netns=mesh.network.netns,
        address=mesh.plan.services[1],
        table=tmp_path / "dns.json",
        pid_file=tmp_path / "other.pid",
        log=tmp_path / "other.log",
    )
    with pytest.raises(TimeoutError, match="Cannot assign requested address"):
        process.ensure()
