import base64
from pathlib import Path

import pytest
from tests.unit.node.resources import make_pod

from lateen.api.config_map import ConfigMap
from lateen.api.meta import ObjectMeta
from lateen.api.secret import Secret
from lateen.node.pod_fields import PodFields
from lateen.node.pod_folder import PodFolder
from lateen.node.sources import ConfigError, FixedSources
from lateen.node.volumes import referenced, write_volumes

VOLUMES = [
    {"name": "config", "configMap": {"name": "config"}},
    {"name": "chosen", "secret": {"secretName": "s", "items": [{"key": "k", "path": "in/here", "mode": 0o400}]}},
    {"name": "maybe", "secret": {"secretName": "no", "optional": True}},
    {"name": "empty", "emptyDir": {}},
    {
        "name": "all",
        "projected": {
            "sources": [
                {"configMap": {"name": "config", "items": [{"key": "a", "path": "from-config"}]}},
                {"downwardAPI": {"items": [{"path": "name", "fieldRef": {"fieldPath": "metadata.name"}}]}},
            ]
        },
    },
]


def sources(**data: str) -> FixedSources:
    return FixedSources(
        ConfigMap(metadata=ObjectMeta(name="config", namespace="default"), data=data),
        Secret(metadata=ObjectMeta(name="s", namespace="default"), data={"k": base64.b64encode(b"\xff").decode()}),
    )


def test_files_appear_change_and_go_together(tmp_path: Path) -> None:
    pod, folder = make_pod(volumes=VOLUMES), PodFolder(tmp_path)
    fields = PodFields(pod, "", "")
    assert write_volumes(pod, folder, fields, sources(a="1", b="2"))
    config = folder.volume("config")
    assert {p.name: p.read_text() for p in config.iterdir() if not p.name.startswith("..")} == {"a": "1", "b": "2"}
    secret = folder.volume("chosen") / "in/here"
    assert (secret.read_bytes(), secret.stat().st_mode & 0o777) == (b"\xff", 0o400)
    assert (folder.volume("all") / "from-config").read_text() == "1"
    assert (folder.volume("all") / "name").read_text() == "web"
    assert folder.volume("empty").stat().st_mode & 0o777 == 0o777
    assert not write_volumes(pod, folder, fields, sources(a="1", b="2"))
    assert write_volumes(pod, folder, fields, sources(a="3", c="4"))
    assert {p.name: p.read_text() for p in config.iterdir() if not p.name.startswith("..")} == {"a": "3", "c": "4"}


def test_a_missing_source_names_the_volume(tmp_path: Path) -> None:
    pod = make_pod(volumes=VOLUMES[:1])
    with pytest.raises(ConfigError, match='volume "config": configmap "config" not found'):
        write_volumes(pod, PodFolder(tmp_path), PodFields(pod, "", ""), FixedSources())


def test_paths_may_not_leave_their_volume(tmp_path: Path) -> None:
    volume = {"name": "v", "configMap": {"name": "config", "items": [{"key": "a", "path": "../out"}]}}
    pod = make_pod(volumes=[volume])
    with pytest.raises(ConfigError, match="must stay inside"):
        write_volumes(pod, PodFolder(tmp_path), PodFields(pod, "", ""), sources(a="1"))


def test_what_a_pod_depends_on() -> None:
    assert referenced(make_pod(volumes=VOLUMES)) == {("ConfigMap", "config"), ("Secret", "s"), ("Secret", "no")}
