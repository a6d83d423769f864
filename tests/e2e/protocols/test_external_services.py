"""Services outside of the mesh that ServiceEntries declare, as pods with a sidecar reach them."""

from functools import partial

import pytest
from tests.e2e.protocols.conftest import answers
from tests.support.real_mesh import RealMesh
from tests.support.until import until

pytestmark = pytest.mark.root

DATABASE = """\
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: {name}}}
spec:
  hosts: [{name}.db.test]
  ports: [{{number: 3306, name: mysql, protocol: {protocol}}}]
  resolution: STATIC
  endpoints: [{{address: {address}}}]
---
"""


WILDCARD = """\
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: pods, labels: {networking.istio.io/enable-autoallocate-ip: "false"}}
spec:
  hosts: ['*.default.pod.cluster.local']
  ports:
  - {number: 8080, name: http, protocol: HTTP}
  - {number: 8443, name: tls, protocol: TLS}
  resolution: DYNAMIC_DNS
"""


def databases(mesh: RealMesh, protocol: str) -> str:
    pods = {name: mesh.pods("outside", f"app={name}")[0]["status"]["podIP"] for name in ("orders", "users")}
    return "".join(DATABASE.format(name=name, address=ip, protocol=protocol) for name, ip in pods.items())


def addresses(mesh: RealMesh) -> dict[str, str]:
    items = mesh.get("serviceentries")["items"]
    return {each["host"]: each["value"] for item in items for each in item.get("status", {}).get("addresses", [])}


def resolved(mesh: RealMesh, host: str) -> str:
    """The address that programs in the client's pod get for a host."""
    return mesh.attempt("exec", "deploy/client-v1", "--", "getent", "ahostsv4", host).out.partition(" ")[0]


def test_tcp_services_on_one_port_are_told_apart_by_name(mesh: RealMesh) -> None:
    """No name server but the mesh's knows these hosts."""
    mesh.apply(databases(mesh, "TCP"), "--wait")
    hosts = {"orders.db.test": {"orders-db": 5}, "users.db.test": {"users-db": 5}}
    until(lambda: addresses(mesh).keys() == hosts.keys(), "both hosts have addresses")
    assert all(address.startswith("240.240.") for address in addresses(mesh).values())
    for host, found in hosts.items():
        until(partial(resolved, mesh, host), f"{host} is resolved")
        assert answers(mesh, "banner", f"{host}:3306", 5) == found


def test_proxies_look_up_the_hosts_that_a_wildcard_stands_for(mesh: RealMesh) -> None:
    """Each pod has a name of its own in DNS."""
    mesh.apply(WILDCARD, "--wait")
    hosts = {app: mesh.pod(f"app={app},version=v1")["status"]["podIP"].replace(".", "-") for app in ("chat", "vault")}
    chat, vault = (f"{hosts[app]}.default.pod.cluster.local" for app in ("chat", "vault"))
    assert answers(mesh, "websocket", f"ws://{chat}:8080/", 3) == {"chat-v1": 3}
    assert answers(mesh, "tls", f"{vault}:8443", 3) == {"vault-v1": 3}
    clusters = mesh.run("exec", "deploy/client-v1", "-c", "istio-proxy", "--", "curl", "-s", "localhost:15000/clusters")
    connected = [line for line in clusters.splitlines() if "::cx_total::" in line and not line.endswith("::0")]
    for port in (8080, 8443):
        assert any(line.startswith(f"outbound|{port}||*.default.pod.cluster.local::") for line in connected)


def test_only_namespaces_that_an_entry_is_for_know_its_host(mesh: RealMesh) -> None:
    entry = databases(mesh, "TCP").partition("---")[0]
    mesh.apply(f"{entry}  exportTo: [outside]\n", "--wait")
    until(lambda: addresses(mesh), "the host has an address")
    assert resolved(mesh, "orders.db.test") == ""
    mesh.apply(f"{entry}  exportTo: [default]\n", "--wait")
    until(partial(resolved, mesh, "orders.db.test"), "the host is resolved")
    assert answers(mesh, "banner", "orders.db.test:3306", 3) == {"orders-db": 3}
