"""`lateen proxy-config`."""

import json

import pytest
from tests.support.cli_mesh import PODS, CliMesh, pod

CLUSTERS = ["outbound|80||a.default.svc", "outbound|80|v1|a.default.svc", "outbound|443||b.default.svc", "xds-grpc"]


def dump() -> dict[str, object]:
    def part(kind: str, **lists: object) -> dict[str, object]:
        return {"@type": f"type.googleapis.com/envoy.admin.v3.{kind}", **lists}

    def listener(port: int) -> dict[str, object]:
        address = {"socket_address": {"address": "0.0.0.0", "port_value": port}}
        return {"name": str(port), "address": address, "filter_chains": [{"filters": []}]}

    routes: list[dict[str, object]] = [{"route_config": {"name": name, "virtual_hosts": []}} for name in ("80", "443")]
    return {
        "configs": [
            part("BootstrapConfigDump", bootstrap={"node": {"id": "sidecar~x"}}),
            part("ClustersConfigDump", dynamic_active_clusters=[{"cluster": {"name": name}} for name in CLUSTERS]),
            part(
                "ListenersConfigDump",
                static_listeners=[{"listener": listener(15021)}],
                dynamic_listeners=[{"active_state": {"listener": listener(80)}}, {"warming_state": {}}],
            ),
            part("RoutesConfigDump", dynamic_route_configs=routes),
        ]
    }


def endpoints() -> dict[str, object]:
    def host(address: str, port: int) -> dict[str, object]:
        return {"address": {"socket_address": {"address": address, "port_value": port}}}

    return {
        "cluster_statuses": [
            {"name": CLUSTERS[0], "host_statuses": [host("10.0.0.1", 80), host("10.0.0.2", 81)]},
            {"name": CLUSTERS[2], "host_statuses": [host("10.0.0.3", 443)]},
        ]
    }


@pytest.fixture
def proxied(mesh: CliMesh) -> CliMesh:
    mesh.add(PODS, *pod("a"))
    mesh.envoy = {"a/config_dump": dump(), "a/clusters": endpoints()}
    return mesh


def first_words(mesh: CliMesh, *words: str, column: int = 0) -> list[str]:
    return [line.split()[column] for line in mesh.run("proxy-config", *words).lines[1:]]


@pytest.mark.parametrize(
    ("filters", "ports"),
    [
        ((), ["80", "80", "443", "-"]),
        (("--fqdn", "b.default"), ["443"]),
        (("--port", "80"), ["80", "80"]),
        (("--port", "80", "--subset", "v1"), ["80"]),
        (("--direction", "inbound"), []),
        (("--fqdn", "xds"), ["-"]),
    ],
)
def test_clusters(proxied: CliMesh, filters: tuple[str, ...], ports: list[str]) -> None:
    assert first_words(proxied, "cluster", "a", *filters, column=1) == ports


def test_listeners_routes_and_endpoints(proxied: CliMesh) -> None:
    assert first_words(proxied, "listener", "a", column=1) == ["80", "15021"]
    assert first_words(proxied, "l", "a", "--port", "80", column=1) == ["80"]
    assert first_words(proxied, "l", "a", "--address", "1.1.1.1") == []
    assert first_words(proxied, "ep", "a") == ["10.0.0.3:443", "10.0.0.1:80", "10.0.0.2:81"]
    assert first_words(proxied, "ep", "a", "--cluster", CLUSTERS[2]) == ["10.0.0.3:443"]
    assert first_words(proxied, "ep", "a", "--port", "81", "--status", "healthy") == ["10.0.0.2:81"]
    routes = json.loads(proxied.run("pc", "r", "a", "--name", "443", "-o", "json").out)
    assert [route["name"] for route in routes] == ["443"]


def test_everything_and_the_bootstrap(proxied: CliMesh) -> None:
    assert proxied.run("pc", "all", "a").out.count("\n\n") == 3
    assert json.loads(proxied.run("pc", "all", "a", "-o", "json").out) == dump()
    assert "id: sidecar~x" in proxied.run("pc", "bootstrap", "a", "-o", "yaml").out
    assert proxied.run("pc", "c", "a", "-o", "yaml", "--fqdn", "b.default").out == f"- name: {CLUSTERS[2]}\n"


def test_a_proxy_by_istioctls_name(proxied: CliMesh) -> None:
    assert first_words(proxied, "cluster", "a.default", "-n", "istio-system", "--port", "443", column=1) == ["443"]
    assert 'pods "nope" not found' in proxied.run("pc", "c", "nope", code=1).err


def test_only_what_the_envoy_admin_interface_answers_is_asked(proxied: CliMesh) -> None:
    proxied.run("pc", "ep", "a")
    assert proxied.asked == ["/proxy/default/a/15000/clusters?format=json"]
