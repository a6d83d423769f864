"""`lateen test --live`: cases sent through a real mesh."""

import subprocess
import sys
from pathlib import Path

import pytest

from lateen.testing.live_mesh import running_mesh

pytestmark = pytest.mark.root

SAMPLE = Path(__file__).parents[3] / "samples" / "routing-tests"

WRONG = """
from: deploy/sleep
cases:
- name: testers see v1
  call: GET http://helloworld:5000/hello
  headers: {x-group: testers}
  never_reaches: v2
- name: it is still there
  call: GET http://helloworld:5000/hi
  expect: {verdict: forward}
- name: the path stays
  call: GET http://helloworld:5000/api/hello
  expect: {request: {path: /api/hello}}
- name: nobody
  from: deploy/nobody
  call: GET http://helloworld:5000/hello
- name: other side
  inbound: true
  call: GET http://helloworld:5000/hello
- name: right
  call: GET http://helloworld:5000/hello
  reaches: [helloworld-v1, helloworld-v2]
"""

DEAF = """
apiVersion: v1
kind: Service
metadata: {name: deaf}
spec: {selector: {app: helloworld}, ports: [{name: http, port: 80, targetPort: 81}]}
"""

SILENT = """
from: deploy/sleep
cases:
- name: one in five sees v2
  call: GET http://helloworld:5000/hello
  expect: {clusters: {v1: 0.8, v2: 0.2}}
- name: nobody listens
  call: GET http://deaf/
"""


PROTOCOLS = """
apiVersion: v1
kind: Service
metadata: {name: plain}
spec: {selector: {app: helloworld}, ports: [{name: tcp-plain, port: 5001, targetPort: 5000}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: plain}
spec:
  hosts: [plain]
  tcp:
  - route:
    - destination: {host: helloworld, subset: v1, port: {number: 5000}}
      weight: 30
    - destination: {host: helloworld, subset: v2, port: {number: 5000}}
      weight: 70
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  selector: {istio: ingressgateway}
  servers:
  - {port: {number: 443, name: tls, protocol: TLS}, hosts: [a.example.com], tls: {mode: PASSTHROUGH}}
  - {port: {number: 80, name: http, protocol: HTTP}, hosts: [b.example.com]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: edge}
spec:
  hosts: [a.example.com, b.example.com]
  gateways: [edge]
  tls:
  - match: [{sniHosts: [a.example.com]}]
    route: [{destination: {host: plain, port: {number: 5001}}}]
  http:
  - match: [{uri: {prefix: /hello}}]
    route: [{destination: {host: helloworld, port: {number: 5000}}}]
"""

SPOKEN = """
from: deploy/sleep
cases:
- name: connections are split, too
  call: tcp://plain:5001
  expect: {verdict: forward, clusters: {v1: 0.3, v2: 0.7}}
- name: HTTP/2
  call: GET http://helloworld:5000/hello
  h2: true
  headers: {x-group: testers}
  expect: {clusters: {v2: 1}}
- name: HTTP/2 at the gateway
  from: gateway/istio-ingressgateway
  h2: true
  call: GET http://b.example.com/hello
- name: the name decides
  from: gateway/istio-ingressgateway
  call: tls://a.example.com
- name: a name that nobody has
  from: gateway/istio-ingressgateway
  sni: other.example.com
  call: tls://a.example.com
  expect: {verdict: tls_error}
"""

VALIDATED = """
testCases:
- description: the gateway's rule
  wantMatch: true
  request: {authority: [b.example.com], method: [GET, POST], uri: [/hello]}
  route: [{destination: {host: helloworld, port: {number: 5000}}}]
- description: no rule
  wantMatch: true
  request: {authority: [b.example.com], uri: [/other]}
  route: [{destination: {host: helloworld, port: {number: 5000}}}]
"""


def run(mesh: str, *cases: Path) -> tuple[int, str]:
    """The exit status and the output of `lateen test --live`."""
    command = [sys.executable, "-m", "lateen", "test", "--live", "--mesh", mesh, *map(str, cases)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_cases_hold_in_a_mesh_or_say_what_it_does_instead(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(WRONG)
    with running_mesh([SAMPLE / "mesh"]) as mesh:
        code, output = run(mesh.name, SAMPLE / "cases.yaml")
        assert (code, output) == (0, "6 passed, 0 failed\n")
        code, output = run(mesh.name, wrong)
    assert code == 1
    failed = [line.partition(": ")[2] for line in output.splitlines() if line.startswith("FAIL ")]
    assert failed == ["testers see v1", "it is still there", "the path stays", "nobody"]
    assert "    - not v2\n    + helloworld-v2\n" in output
    assert "  verdict\n    - forward\n    + redirect\n" in output
    assert "  request.path\n    - /api/hello\n    + /hello\n" in output
    assert "skip other side: it asks about a proxy's other side alone" in output
    assert output.endswith("1 passed, 4 failed, 1 skipped\n")


def test_a_mesh_that_keeps_no_logs_is_seen_by_its_counters(tmp_path: Path) -> None:
    silent = tmp_path / "silent.yaml"
    silent.write_text(SILENT)
    with running_mesh([SAMPLE / "mesh", DEAF], profile="minimal") as mesh:
        code, output = run(mesh.name, silent)
    assert code == 1
    assert "silent.yaml:7: nobody listens" in output
    assert "503" in output
    assert output.endswith("1 passed, 1 failed\n")


def test_whatever_clients_speak(tmp_path: Path) -> None:
    files = {"rules.yaml": PROTOCOLS, "spoken.yaml": SPOKEN, "validated.yaml": VALIDATED}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with running_mesh([SAMPLE / "mesh", tmp_path / "rules.yaml"], profile="default") as mesh:
        spoken = run(mesh.name, tmp_path / "spoken.yaml")
        code, output = run(mesh.name, tmp_path / "validated.yaml")
    # The server behind takes connections, and does not speak TLS.
    assert spoken[0] == 1
    failed = [line.partition(": ")[2] for line in spoken[1].splitlines() if line.startswith("FAIL ")]
    assert failed == ["the name decides"]
    assert " tries: the server speaks no TLS\n" in spoken[1]
    assert code == 1
    assert "validated.yaml:7: no rule\n  GET b.example.com/other\n" in output
    assert output.endswith("2 passed, 1 failed\n")
