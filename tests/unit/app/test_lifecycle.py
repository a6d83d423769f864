import socket
from pathlib import Path

import pytest

from lateen.app import lifecycle
from lateen.app.lifecycle import StartOptions, next_record, start
from lateen.app.record import FILE, write_record
from lateen.app.waiting import LifecycleError, LogTail, wait_until
from lateen.client.paths import MeshPaths


def test_a_node_keeps_its_name_when_the_machine_gets_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = MeshPaths("one", tmp_path)
    monkeypatch.setattr(socket, "gethostname", lambda: "First_Host.example.com")
    first = next_record(paths, StartOptions())
    assert first.node_name == "first-host"
    write_record(paths, first)
    monkeypatch.setattr(socket, "gethostname", lambda: "second")
    assert next_record(paths, StartOptions()) == first


def test_settings_are_put_in_force_once_for_each_time_they_are_given(tmp_path: Path) -> None:
    paths = MeshPaths("one", tmp_path)
    first = next_record(paths, StartOptions(mesh_config={"a": 1}, profile="minimal", images="/i.yaml"))
    write_record(paths, first)
    again = next_record(paths, StartOptions())
    assert (again.settings, again.mesh_config, again.profile, again.images) == (
        first.settings,
        {"a": 1},
        "minimal",
        "/i.yaml",
    )
    assert next_record(paths, StartOptions(mesh_config={"a": 1})).settings != first.settings


def test_a_port_that_somebody_took_is_left_to_them(tmp_path: Path) -> None:
    paths = MeshPaths("one", tmp_path)
    write_record(paths, next_record(paths, StartOptions()))
    with socket.create_server(("127.0.0.1", next_record(paths, StartOptions()).api_port)) as taken:
        assert next_record(paths, StartOptions()).api_port != taken.getsockname()[1]


def test_two_meshes_that_start_at_once_get_ports_of_their_own(tmp_path: Path) -> None:
    ports = []
    for name in ("one", "two", "three"):
        paths = MeshPaths(name, tmp_path)
        write_record(paths, next_record(paths, StartOptions()))
        ports.append(next_record(paths, StartOptions()).api_port)
    assert len(set(ports)) == 3


def test_a_damaged_record_stops_the_start_with_what_to_do(tmp_path: Path) -> None:
    paths = MeshPaths("one", tmp_path)
    paths.state.mkdir()
    (paths.state / FILE).write_text("{")
    with pytest.raises(LifecycleError, match="remove it"):
        next_record(paths, StartOptions())


def test_a_mesh_is_not_called_like_a_namespace_of_a_pod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "require_root", lambda: None)
    with pytest.raises(LifecycleError, match="choose another ending"):
        start(MeshPaths("one-0123456789ab", tmp_path, tmp_path), StartOptions())


def test_a_start_that_fails_shows_what_was_logged_since_and_no_old_failure(tmp_path: Path) -> None:
    paths = MeshPaths("one", tmp_path)
    paths.logs.mkdir(parents=True)
    log = paths.log_file("controlplane")
    log.write_text("an old failure\n")
    tail = LogTail(paths)
    with log.open("a") as file:
        file.write("a new failure\n")
    with pytest.raises(LifecycleError, match=r"not up after 0 s.*\ncontrolplane: a new failure$"):
        wait_until(lambda: False, 0.0, tail)
