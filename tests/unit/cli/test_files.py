"""Verbs that work on files and tables of their own, without a mesh."""

import sys
from pathlib import Path

from click.testing import CliRunner

from lateen.cli.root import root

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'nginx:1'}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
"""


def run(*words: str, stdin: str = "", code: int = 0) -> str:
    result = CliRunner().invoke(root, words, input=stdin)
    assert result.exit_code == code, result.output
    return result.stdout if code == 0 else result.stderr


def test_sidecars_are_added_to_workloads_only(tmp_path: Path) -> None:
    text = run("kube-inject", "-f", "-", stdin=DEPLOYMENT)
    assert text.count("name: istio-proxy") == 1
    assert text.endswith("---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n")
    target = tmp_path / "out.yaml"
    run("kube-inject", "-f", "-", "-o", str(target), stdin=DEPLOYMENT)
    assert target.read_text() == text
    assert "is not YAML" in run("kube-inject", "-f", "-", stdin="{", code=1)


def test_images_and_rows_of_ones_own(tmp_path: Path) -> None:
    rows = tmp_path / "images.yaml"
    rows.write_text("images:\n- pattern: 'shop:*'\n  command: python3 shop.py --port 80\n  about: the shop\n")
    first, second, *lines = run("images", "--images", str(rows)).splitlines()
    assert first.split() == ["IMAGE", "PROGRAM", "ABOUT", "FROM"]
    assert [cell.strip() for cell in second.split("   ") if cell] == [
        "shop:*",
        "python3 shop.py --port 80",
        "the shop",
        str(rows),
    ]
    assert any(line.startswith("*/proxyv2:*") and "Envoy" in line for line in lines)
    assert any(" python -m lateen.programs.httpbin --flat " in line for line in lines)
    assert sys.executable in run("images", "-o", "wide")
    rows.write_text("images: nope\n")
    assert str(rows) in run("images", "--images", str(rows), code=1)


def test_profiles_and_kinds() -> None:
    assert "    demo " in run("profile", "list")
    kinds = [line.split() for line in run("api-resources", "--no-headers").splitlines()]
    assert ["virtualservices", "vs", "networking.istio.io/v1", "true", "VirtualService"] in kinds
    assert ["nodes", "no", "v1", "false", "Node"] in kinds


def test_completion_is_a_script_of_the_shell() -> None:
    assert "complete" in run("completion", "bash")
    assert "compdef" in run("completion", "zsh")
    assert "function" in run("completion", "fish")
