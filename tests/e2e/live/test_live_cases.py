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
- name: bytes
  call: tcp://helloworld:5000
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
    assert "    - not v2\n    + outbound|5000|v2|helloworld.default.svc.cluster.local\n" in output
    assert "  verdict\n    - forward\n    + redirect\n" in output
    assert "  request.path\n    - /api/hello\n    + /hello\n" in output
    assert "skip bytes: only HTTP/1.1 requests are sent" in output
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
