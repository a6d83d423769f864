import json
from pathlib import Path

from click.testing import CliRunner, Result

from lateen.cli.root import root

BAD = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - route:
    - destination: {host: reviews}
      weight: fifty
    timout: 5s
"""


def run(tmp_path: Path, text: str, *arguments: str) -> Result:
    file = tmp_path / "r.yaml"
    file.write_text(text)
    return CliRunner().invoke(root, ["validate", "-f", str(file), *arguments])


def test_every_mistake_at_once_with_its_line(tmp_path: Path) -> None:
    result = run(tmp_path, BAD)
    assert result.exit_code == 1
    start = f"error: {tmp_path}/r.yaml"
    assert [line.partition(": VirtualService")[0] for line in result.stdout.splitlines()] == [
        f"{start}:9",
        f"{start}:10",
    ]
    assert "2 errors" in result.stderr


def test_json(tmp_path: Path) -> None:
    found = json.loads(run(tmp_path, BAD, "-o", "json").stdout)
    assert [(each["line"], each["path"], each["code"]) for each in found] == [
        (9, "spec.http[0].route[0].weight", "WrongType"),
        (10, "spec.http[0].timout", "UnknownField"),
    ]


def test_unknown_fields_may_be_warnings(tmp_path: Path) -> None:
    result = run(tmp_path, BAD.replace("fifty", "50"), "--no-strict")
    assert result.exit_code == 0
    assert result.stdout.startswith("warning: ")


def test_what_is_valid_is_said(tmp_path: Path) -> None:
    good = BAD.replace("fifty", "50").replace("timout", "timeout")
    assert run(tmp_path, good).stdout == f'"{tmp_path}/r.yaml" is valid\n'
    assert json.loads(run(tmp_path, good, "-o", "json").stdout) == []
    assert CliRunner().invoke(root, ["validate"]).exit_code == 2
