import json
from pathlib import Path

import pytest

from lateen.api.codec import from_yaml
from lateen.client.access import Access, AccessError
from lateen.client.kubeconfig import merge_context, own_kubeconfig, read_access

MESH = Access("https://127.0.0.1:6443", ca="PEM", token="secret", context="lateen-default")

THEIRS = """\
apiVersion: v1
kind: Config
current-context: work
clusters:
- {name: work, cluster: {server: "https://work:443", certificate-authority: ca.pem}}
contexts:
- {name: work, context: {cluster: work, user: me, namespace: team}}
users:
- {name: me, user: {tokenFile: token}}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "ca.pem").write_text("THEIR PEM")
    (tmp_path / "token").write_text("their-token\n")
    file = tmp_path / "config"
    file.write_text(THEIRS)
    return file


def test_a_context_is_added_and_everything_else_stays(path: Path) -> None:
    merge_context(path, MESH)
    merge_context(path, MESH)
    assert read_access(path, "lateen-default") == MESH
    work = read_access(path)
    assert (work.context, work.server, work.ca, work.token) == ("work", "https://work:443", "THEIR PEM", "their-token")
    assert work.namespace == "team"
    assert len(from_yaml(path.read_text())["contexts"]) == 2


def test_the_current_context_changes_when_asked(path: Path) -> None:
    merge_context(path, MESH, make_current=True)
    assert read_access(path).context == "lateen-default"


def test_a_new_file_is_private_and_a_link_stays_a_link(tmp_path: Path) -> None:
    target = tmp_path / "real" / "config"
    link = tmp_path / "config"
    link.symlink_to(target)
    merge_context(link, MESH)
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o600


def test_our_own_file_needs_no_yaml(tmp_path: Path) -> None:
    file = tmp_path / "kubeconfig"
    file.write_text(own_kubeconfig(MESH))
    assert json.loads(file.read_text())["current-context"] == "lateen-default"
    assert read_access(file) == MESH


@pytest.mark.parametrize(
    ("text", "context", "message"),
    [
        ("[]", "", "not a kubeconfig"),
        ("a: [", "", "not a kubeconfig"),
        ("{}", "", "no current context"),
        (THEIRS, "other", "no context 'other': it has work"),
        (THEIRS.replace("ca.pem", "gone.pem"), "", "gone.pem, which can't be read"),
    ],
)
def test_what_is_wrong_is_said(path: Path, text: str, context: str, message: str) -> None:
    path.write_text(text)
    with pytest.raises(AccessError, match=message):
        read_access(path, context)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="No such file"):
        read_access(tmp_path / "none")


def test_no_secret_is_shown() -> None:
    assert "secret" not in repr(MESH)
