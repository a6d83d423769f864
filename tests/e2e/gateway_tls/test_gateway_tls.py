"""TLS at the ingress gateway: clients of this machine at the node port of 443."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.certificates import Certificate, certificate, secret, tls_secret
from tests.support.https_load import HttpsClient, HttpsLoad
from tests.support.real_mesh import RealMesh, real_mesh
from tests.support.routing import document, rule
from tests.support.until import until

pytestmark = pytest.mark.root

AUTHORITY = certificate("authority.example.com")
ONE, TWO, MUTUAL = (certificate(f"{name}.example.com", issuer=AUTHORITY) for name in ("one", "two", "mutual"))
OWN = certificate("own.example.com")
CLIENT = certificate("client.example.com")

REFUSED = r"(?i)certificate|unknown ca|EOF|reset|pipe|without response"
"""The client's words depend on whether it had sent its request when the alert came."""

SERVE = """
import http.server, ssl
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"opened in the pod")
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/tls/tls.crt", "/tls/tls.key")
server = http.server.ThreadingHTTPServer(("", 8443), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""
WORKLOADS = f"""
apiVersion: v1
kind: Service
metadata: {{name: whoami}}
spec: {{selector: {{app: whoami}}, ports: [{{name: http, port: 80}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: whoami}}
spec:
  selector: {{matchLabels: {{app: whoami}}}}
  template:
    metadata: {{labels: {{app: whoami}}}}
    spec: {{containers: [{{name: whoami, image: "traefik/whoami:v1"}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: own}}
spec: {{selector: {{app: own}}, ports: [{{name: tls, port: 443, targetPort: 8443}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: own}}
spec:
  selector: {{matchLabels: {{app: own}}}}
  template:
    metadata: {{labels: {{app: own}}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: own
        image: "busybox:1"
        command: ["{sys.executable}", "-c", {SERVE!r}]
        ports: [{{containerPort: 8443}}]
        volumeMounts: [{{name: tls, mountPath: /tls}}]
      volumes: [{{name: tls, secret: {{secretName: own}}}}]
""".replace(repr(SERVE), '"' + SERVE.replace('"', '\\"').replace("\n", "\\n") + '"')


def server(name: str, tls: str, protocol: str = "HTTPS", number: int = 443) -> str:
    port = f"{{number: {number}, name: {protocol.lower()}-{name}, protocol: {protocol}}}"
    return f"{{port: {port}, hosts: [{name}.example.com], tls: {tls}}}"


SERVERS = (
    server("one", "{httpsRedirect: true}", "HTTP", 80),
    server("one", "{mode: SIMPLE, credentialName: one}"),
    server("two", "{mode: SIMPLE, credentialName: two}"),
    server("mutual", "{mode: MUTUAL, credentialName: mutual}"),
    server("own", "{mode: PASSTHROUGH}", "TLS"),
)
GATEWAY = document("Gateway", "gw", f"{{selector: {{istio: ingressgateway}}, servers: [{', '.join(SERVERS)}]}}")
RULES = rule(
    "pages",
    "{hosts: ['*.example.com'], gateways: [gw], http: [{route: [{destination: {host: whoami}}]}]}",
) + rule(
    "own",
    "{hosts: [own.example.com], gateways: [gw], tls: [{match: [{sniHosts: [own.example.com]}], "
    "route: [{destination: {host: own}}]}]}",
)
SECRETS = (
    tls_secret("one", ONE)
    + secret("two", {"cert": TWO.pem, "key": TWO.key_pem})
    + tls_secret("mutual", MUTUAL)
    + secret("mutual-cacert", {"ca.crt": CLIENT.pem})
    + tls_secret("own", OWN, "default")
)


@pytest.fixture(scope="module")
def mesh() -> Iterator[RealMesh]:
    with real_mesh() as found:
        found.apply(SECRETS + "---" + WORKLOADS + GATEWAY + RULES)
        found.wait_ready("deploy/whoami", "deploy/own")
        one = client(found, "one")
        until(lambda: answered(one), "an answer over TLS")
        yield found


def client(mesh: RealMesh, name: str, authority: Certificate = AUTHORITY) -> HttpsClient:
    return HttpsClient(f"{name}.example.com", mesh.gateway_port(443), authority.pem)


def answered(asking: HttpsClient) -> bool:
    try:
        return asking.get()[0] == 200
    except OSError:
        return False


@pytest.mark.parametrize(("name", "presented"), [("one", ONE), ("two", TWO)])
def test_each_host_presents_its_own_certificate(mesh: RealMesh, name: str, presented: Certificate) -> None:
    status, body, serial = client(mesh, name).get("/path")
    assert (status, serial) == (200, presented.serial)
    assert f"Host: {name}.example.com" in body
    assert "X-Forwarded-Proto: https" in body


def test_a_host_that_nobody_serves_gets_no_handshake(mesh: RealMesh) -> None:
    with pytest.raises(OSError, match=r"EOF|reset"):
        client(mesh, "nobody").connect()


def test_clients_may_speak_http2(mesh: RealMesh, tmp_path: Path) -> None:
    asking = client(mesh, "one")
    with asking.connect("h2", "http/1.1") as connection:
        assert connection.selected_alpn_protocol() == "h2"
    file = tmp_path / "ca.pem"
    file.write_text(AUTHORITY.pem)
    url, where = f"https://one.example.com:{asking.port}/", f"one.example.com:{asking.port}:127.0.0.1"
    command = ["curl", "-s", "--http2", "--cacert", str(file), "--resolve", where, "-w", "%{http_version}", url]
    assert subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.endswith("\n2")


def test_mutual_tls_wants_a_certificate_of_the_authority_for_clients(mesh: RealMesh, tmp_path: Path) -> None:
    asking = client(mesh, "mutual")
    with pytest.raises(OSError, match=REFUSED):
        asking.get()
    for number, shown in enumerate((CLIENT, certificate("client.example.com"))):
        files = tmp_path / f"{number}.crt", tmp_path / f"{number}.key"
        files[0].write_text(shown.pem)
        files[1].write_text(shown.key_pem)
        certified = replace(asking, certificate=(str(files[0]), str(files[1])))
        if shown is CLIENT:
            status, body, _ = certified.get()
            assert status == 200
            assert "X-Forwarded-Client-Cert: " in body
            continue
        with pytest.raises(OSError, match=REFUSED):
            certified.get()


def test_tls_that_is_passed_through_is_opened_by_the_workload(mesh: RealMesh) -> None:
    assert client(mesh, "own", OWN).get() == (200, "opened in the pod", OWN.serial)


def test_plain_requests_are_sent_to_https(mesh: RealMesh) -> None:
    port = mesh.gateway_port(80)
    command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", "-H", "Host: one.example.com"]
    done = subprocess.run([*command, f"http://127.0.0.1:{port}/a?b"], capture_output=True, text=True, check=True)
    assert done.stdout == "301 https://one.example.com/a?b"


def test_a_rotated_secret_costs_no_request(mesh: RealMesh) -> None:
    again = [certificate("two.example.com", issuer=AUTHORITY) for _ in range(3)]
    with HttpsLoad(client(mesh, "two")) as load:
        until(lambda: load.sent > 25, "a steady load")
        for each in again:
            mesh.apply(secret("two", {"cert": each.pem, "key": each.key_pem}))
            until(lambda each=each: each.serial in load.serials, "the new certificate")  # type: ignore[misc]
        so_far = load.sent
        until(lambda: load.sent > so_far + 25, "more requests")
    assert load.errors == []
    assert {each.serial for each in again} < load.serials


def test_a_secret_that_is_missing_keeps_its_own_hosts_closed_only(mesh: RealMesh) -> None:
    late = certificate("late.example.com", issuer=AUTHORITY)
    gateway = GATEWAY.replace("servers: [", f"servers: [{server('late', '{mode: SIMPLE, credentialName: late}')}, ")
    said = mesh.attempt("apply", "-f", "-", stdin=gateway).text
    assert "IST0101" in said
    assert client(mesh, "one").get()[0] == 200
    assert not answered(client(mesh, "late"))
    mesh.apply(tls_secret("late", late))
    until(lambda: answered(client(mesh, "late")), "the host whose Secret came late")
    until(lambda: "IST0101" not in mesh.run("get", "gateway", "gw", "-o", "yaml"), "a status without the problem")
    mesh.run("delete", "secret", "late", "-n", "istio-system")
    until(lambda: not answered(client(mesh, "late")), "the host closed again")
    assert client(mesh, "one").get()[0] == 200


def test_no_private_key_is_in_a_log_or_a_dump(mesh: RealMesh) -> None:
    pod = mesh.pods("istio-system", "istio=ingressgateway")[0]["metadata"]["name"]
    texts = {file.name: file.read_text(errors="replace") for file in mesh.paths.logs.iterdir() if file.is_file()}
    texts["config_dump"] = mesh.run("proxy-config", "all", f"{pod}.istio-system", "-o", "json")
    assert "kubernetes://one" in texts["config_dump"]
    for made in (ONE, TWO, MUTUAL):
        lines = made.key_pem.splitlines()[1:-1]
        assert [name for name, text in texts.items() if any(line in text for line in lines)] == []
