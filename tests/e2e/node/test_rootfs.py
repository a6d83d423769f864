"""Every kind of root file system, entered by a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.root

ENTER = """
import json, os, sys
sys.path.insert(0, "src")
from lateen.node.shim import linux, rootfs
kind, folder = sys.argv[1:3]
pod, container = json.loads(sys.argv[3])
linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWPID)
if (pid := os.fork()) == 0:
    linux.mount("none", "/", None, linux.MS_REC | linux.MS_SLAVE)
    linux.mount("proc", "/proc", "proc")
    if kind == "choose":
        print(rootfs.choose_kind(folder))
        os._exit(len([line for line in open("/proc/self/mountinfo") if folder in line]))
    try:
        rootfs.enter(kind, folder, pod, container, -1)
    except rootfs.RootError as error:
        print(error)
        os._exit(9)
    os.execvp("sh", ["sh", "-c", sys.argv[4]])
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


def run(kind: str, folder: Path, script: str = "", *mounts: dict[str, object]) -> subprocess.CompletedProcess[str]:
    root = folder / "root"
    root.mkdir(exist_ok=True)
    hidden = folder / "hidden"
    hidden.mkdir(exist_ok=True)
    (hidden / "secret").touch()
    pod = {"hide": [str(hidden)], "keep": [sys.base_prefix], "mounts": []}
    container = {"uid": 0, "mounts": list(mounts), "read_only_root": False}
    argv = [sys.executable, "-c", ENTER, kind, str(root), json.dumps([pod, container]), script]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)


def test_overlays_work_here_and_the_trial_leaves_nothing(tmp_path: Path) -> None:
    ran = run("choose", tmp_path)
    assert (ran.stdout, ran.returncode) == ("overlay\n", 0), ran.stderr


@pytest.mark.parametrize("kind", ["overlay", "overlay in memory", "read-only"])
def test_the_machine_is_seen_and_not_changed(kind: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("content")
    mount = {"source": str(tmp_path / "file"), "target": "/etc/hostname", "read_only": True}
    script = f"cat /etc/hostname; ls {tmp_path}/hidden; echo x > /dev/null; touch /new /root/new"
    ran = run(kind, tmp_path, script, mount)
    assert ran.stdout.startswith("content"), ran.stderr
    assert "secret" not in ran.stdout
    assert ("Read-only" in ran.stderr) == (kind == "read-only")
    assert not Path("/new").exists()
    assert not Path("/root/new").exists()


def test_without_overlays_a_missing_mount_path_is_named(tmp_path: Path) -> None:
    ran = run("read-only", tmp_path, "", {"source": str(tmp_path), "target": "/nowhere/at/all", "read_only": False})
    assert ran.returncode == 9
    assert "/nowhere/at/all" in ran.stdout
