"""Starting and stopping when things go wrong: twice at once, after a restart of the machine, with files gone."""

import os
import shutil
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from tests.support.leftovers import pids_of
from tests.support.real_mesh import RealMesh
from tests.support.until import until

from lateen.app.record import read_record
from lateen.lib.netns import netns_names
from lateen.node.network.cleanup import remove_mesh_network

pytestmark = pytest.mark.root

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - {name: app, image: busybox, command: [sh, -c, "echo here; exec sleep 1000"]}
"""


@pytest.fixture
def mesh() -> Iterator[RealMesh]:
    mesh = RealMesh()
    yield mesh
    assert mesh.purge() == []


def restart_machine(mesh: RealMesh) -> None:
    """What a restart of the machine does to a mesh: everything in memory is gone, everything on disk is there."""
    while pids := pids_of(mesh.name):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    remove_mesh_network(mesh.name)
    assert netns_names(f"lateen-{mesh.name}") == []
    shutil.rmtree(mesh.paths.run)


def test_two_ups_at_once_both_end_with_one_mesh_that_runs(mesh: RealMesh) -> None:
    with ThreadPoolExecutor(2) as threads:
        said = sorted(threads.map(lambda _: mesh.up("--profile", "minimal"), range(2)))
    assert ["is up after" in text for text in said] == [True, False]
    assert "was up already" in said[1]
    supervisors = [words for words in pids_of(mesh.name).values() if "lateen.app.standalone" in words]
    assert len(supervisors) == 1


def test_pods_are_the_same_after_a_restart_of_the_machine_and_up_waits_for_them(mesh: RealMesh) -> None:
    mesh.up("--profile", "minimal")
    mesh.apply(WEB)
    mesh.wait_ready("deploy/web")
    before = mesh.pod("app=web")
    restart_machine(mesh)
    mesh.up()
    after = mesh.pod("app=web")
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    (container,) = after["status"]["containerStatuses"]
    assert (container["ready"], container["restartCount"]) == (True, 1)
    assert container["lastState"] or container["state"]["running"]["startedAt"] > before["status"]["startTime"]
    assert mesh.run("logs", "--previous", "deploy/web") == "here\n"


def test_a_port_that_was_taken_meanwhile_keeps_the_mesh_from_nothing(mesh: RealMesh) -> None:
    mesh.up("--profile", "minimal")
    record = read_record(mesh.paths)
    assert record is not None
    mesh.down()
    with socket.create_server(("127.0.0.1", record.api_port)):
        mesh.up()
        assert mesh.api("/api/v1/nodes")["items"][0]["metadata"]["name"] == record.node_name


def test_a_store_of_a_newer_version_is_explained_at_once(mesh: RealMesh) -> None:
    mesh.up("--profile", "minimal")
    mesh.down()
    with sqlite3.connect(mesh.paths.store) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    begin = time.monotonic()
    ran = mesh.attempt("up", "--name", mesh.name, "--detach")
    assert ran.code == 1
    assert "written by a newer Lateen" in ran.err
    assert "upgrade Lateen" in ran.err
    assert time.monotonic() - begin < 20
    assert not pids_of(mesh.name)


def test_down_finds_everything_although_the_run_folder_is_gone(mesh: RealMesh) -> None:
    mesh.up("--profile", "minimal")
    shutil.rmtree(mesh.paths.run)
    mesh.down()
    assert not pids_of(mesh.name)


def test_status_says_what_does_not_run_and_up_mends_it(mesh: RealMesh) -> None:
    mesh.up("--profile", "minimal")
    assert mesh.attempt("status", "--mesh", mesh.name).code == 0
    mesh.kill("supervisor")
    until(lambda: not mesh.pid("controlplane"), "the end of the control plane")
    ran = mesh.attempt("status", "--mesh", mesh.name)
    assert ran.code == 1
    assert f"`lateen up --name {mesh.name}` starts it again" in ran.err
    dns = mesh.pid("dns")
    mesh.up()
    assert mesh.attempt("status", "--mesh", mesh.name).code == 0
    assert mesh.pid("dns") == dns


def test_settings_on_a_mesh_that_runs_are_not_ignored_in_silence(mesh: RealMesh) -> None:
    mesh.up("--profile", "minimal")
    ran = mesh.attempt("up", "--name", mesh.name, "--detach", "--set", "meshConfig.accessLogFile=/dev/stdout")
    assert ran.code == 0
    assert "it keeps the options it was started with" in ran.err


def test_no_other_user_of_the_machine_can_read_a_meshs_secrets(mesh: RealMesh) -> None:
    mesh.up("--profile", "minimal")
    paths = mesh.paths
    keys = [paths.token, paths.kubeconfig, paths.store, paths.pki / "ca.key", paths.pki / "server.key", paths.pods]
    open_ones = [str(file) for file in keys if file.stat().st_mode & 0o077]
    assert open_ones == []
    sockets = [Path(paths.node_socket), Path(paths.xds_socket)]
    assert [file.stat().st_mode & 0o007 for file in sockets] == [0, 0]
