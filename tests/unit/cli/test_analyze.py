import json
from pathlib import Path
from typing import Protocol

import pytest
from click.testing import CliRunner, Result

from lateen.analysis.reading import read_resource
from lateen.api.codec import from_yaml
from lateen.cli import analyze
from lateen.cli.root import root

RULE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - route:
    - destination: {host: x}
"""
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n"
LINE = 'Error [IST0101] (VirtualService default/reviews reviews.yaml:8) Referenced host not found: "x"'


class Run(Protocol):
    """Runs `lateen analyze --use-kube=false` on a file with this text."""

    def __call__(self, text: str, *arguments: str) -> Result: ...


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `lateen analyze --use-kube=false` on `reviews.yaml` with the given text."""
    monkeypatch.chdir(tmp_path)

    def invoke(text: str, *arguments: str) -> Result:
        Path("reviews.yaml").write_text(text)
        return CliRunner().invoke(root, ["analyze", "--use-kube=false", "reviews.yaml", *arguments])

    return invoke


def test_a_finding_is_a_line_of_istioctls(run: Run) -> None:
    result = run(RULE)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [f"{LINE} (apply the service, or correct the name)"]


def test_json_has_istioctls_keys(run: Run) -> None:
    result = run(RULE, "-o", "json")
    [finding] = json.loads(result.stdout)
    assert result.exit_code == 1
    assert finding == {
        "code": "IST0101",
        "name": "ReferencedResourceNotFound",
        "level": "Error",
        "origin": "VirtualService default/reviews",
        "reference": "reviews.yaml:8",
        "path": "spec.http[0].route[0].destination.host",
        "message": 'Referenced host not found: "x"',
        "hint": "apply the service, or correct the name",
        "documentationUrl": "https://istio.io/latest/docs/reference/config/analysis/ist0101/",
    }
    assert from_yaml("items:\n" + run(RULE, "-o", "yaml").stdout)["items"] == [finding]


def test_nothing_found_is_said(run: Run) -> None:
    result = run(NAMESPACE.replace("default", "istio-system"))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "✔ No validation issues found when analyzing reviews.yaml.\n"
    assert json.loads(run(NAMESPACE.replace("default", "istio-system"), "-o", "json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "code", "lines"),
    [
        ((), 0, 1),
        (("--failure-threshold", "info"), 1, 1),
        (("--failure-threshold", "Warning"), 0, 1),
        (("--output-threshold", "Warning"), 0, 0),
        (("--suppress", "IST0102=Namespace default"), 0, 0),
        (("-S", "IST0102=Namespace d*", "--failure-threshold", "Info"), 0, 0),
        (("-S", "IST0102=Namespace other"), 0, 1),
        (("-n", "other"), 0, 0),
        (("-n", "other", "-A"), 0, 1),
        (("--analyzer", "gateway.SecretAnalyzer"), 0, 0),
    ],
)
def test_what_is_printed_and_what_counts(run: Run, arguments: tuple[str, ...], code: int, lines: int) -> None:
    result = run(NAMESPACE, *arguments)
    assert (result.exit_code, len(result.stdout.splitlines())) == (code, lines)


def test_a_resource_may_be_suppressed_by_either_form_of_its_name(run: Run) -> None:
    for name in ("default/reviews", "reviews.default", "*.default"):
        assert run(RULE, "-S", f"IST0101=VirtualService {name}").exit_code == 0
    assert "no message IST9999" in run(RULE, "-S", "IST9999=x").stderr
    assert run(RULE, "-S", "IST0101").exit_code == 2


def test_what_is_no_yaml_is_an_error_and_the_rest_is_analyzed(run: Run) -> None:
    result = run(f"a: [\n---\n{RULE}")
    assert result.exit_code == 1
    assert [line.split()[1] for line in result.stdout.splitlines()] == ["[IST0106]", "[IST0101]"]


def test_documents_of_other_kinds_are_named(run: Run) -> None:
    result = run("apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n")
    assert result.exit_code == 0
    assert "kinds that are not analyzed: Widget" in result.stderr


def test_the_stock_gateway_is_there_unless_the_files_bring_one(run: Run) -> None:
    gateway = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: g}
spec: {selector: {istio: %s}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]}
"""
    assert run(gateway % "ingressgateway").exit_code == 0
    assert "IST0101" in run(gateway % "other").stdout


def test_the_mesh_as_if_files_were_applied(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: [{port: 80, name: http}]}\n"
    held = read_resource({**from_yaml(service), "metadata": {"name": "x", "namespace": "default"}})
    monkeypatch.setattr(analyze, "_client", lambda *_, needed: object())
    monkeypatch.setattr(analyze, "all_resources", lambda _: [held])
    assert run(RULE, "--use-kube=true").exit_code == 0
    assert run(RULE + "---\n" + service.replace("80", "81"), "--use-kube=true").exit_code == 0
    port = RULE.replace("{host: x}", "{host: x, port: {number: 80}}")
    assert run(port, "--use-kube=true").exit_code == 0
    assert run(port + "---\n" + service.replace("80", "81"), "--use-kube=true").exit_code == 1


def test_the_meshs_own_rules_are_checked_unless_files_replace_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    text = RULE.replace("{name: reviews}", "{name: reviews, namespace: default}")
    body = from_yaml(text.replace("host: x}", "host: reviews}"))
    body["spec"]["http"] *= 2
    held = read_resource(body)
    monkeypatch.setattr(analyze, "_client", lambda *_, needed: object())
    monkeypatch.setattr(analyze, "all_resources", lambda _: [held])
    first = run(NAMESPACE, "--use-kube=true").stdout
    assert "Warning [IST0130] (VirtualService default/reviews) VirtualService rule never used" in first
    assert "IST0130" not in run(RULE, "--use-kube=true").stdout


def test_analyzers_are_listed_and_unknown_ones_refused(run: Run) -> None:
    result = CliRunner().invoke(root, ["analyze", "-L"])
    assert "* virtualservice.DestinationHostAnalyzer:\n    " in result.stdout
    assert run(RULE, "--analyzer", "x").exit_code == 2
    assert CliRunner().invoke(root, ["analyze", "--use-kube=false"]).exit_code == 2


def test_analyzers_have_istios_names(run: Run) -> None:
    gateway = RULE.replace("hosts: [reviews]", "hosts: [reviews]\n  gateways: [g]").replace("host: x", "host: reviews")
    split = RULE.replace("{name: reviews}", "{name: split}").replace("host: x", "host: reviews, subset: v1")
    host = run(f"{gateway}---\n{split}", "--analyzer", "virtualservice.DestinationHostAnalyzer", "-o", "json")
    assert {finding["code"] for finding in json.loads(host.stdout)} == {"IST0101", "IST0140"}
    schema = run(RULE.replace("http:", "htp:"), "--analyzer", "schema.ValidationAnalyzer.VirtualService")
    assert "[IST0106]" in schema.stdout
    slip = run(RULE, "--analyzer", "virtualservice.DestinationHostAnalyser")
    assert "did you mean virtualservice.DestinationHostAnalyzer?" in slip.stderr
