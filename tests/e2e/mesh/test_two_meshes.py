"""Meshes beside each other, and people without rights."""

import subprocess
import sys

import pytest
from tests.support.fetch import fetch
from tests.support.leftovers import leftovers
from tests.support.real_mesh import RealMesh, bookinfo_up, real_mesh
from tests.support.until import until

pytestmark = pytest.mark.root

# A user namespace without a mapping: nobody to itself, and yet able to read a checkout below /root.
NOBODY = ("unshare", "--user")


def test_two_meshes_answer_and_the_end_of_one_leaves_the_other_alone(open_bookinfo: RealMesh) -> None:
    with real_mesh() as second:
        bookinfo_up(second)
        second.apply_file("bookinfo-gateway.yaml", "--wait")
        until(lambda: second.status() == 200, "the second mesh answers")
        assert open_bookinfo.status() == 200
        assert open_bookinfo.url != second.url
        own, other = (
            mesh.run("exec", "deploy/reviews-v1", "--", "hostname").strip() for mesh in (open_bookinfo, second)
        )
        assert own != other
        ran = second.attempt("get", "pods", "--mesh", "")
        assert ran.code == 1
        assert "several meshes run here" in ran.err
        assert "choose one with --mesh" in ran.err
        second.down()
        assert fetch(f"{second.url}/productpage")[0] == 0
        kept = [each for each in leftovers(second.name) if not each.startswith("files /var/lib/lateen/")]
        assert kept == []
        assert open_bookinfo.status() == 200
        assert open_bookinfo.run("get", "pods").count("2/2") == 6


@pytest.mark.parametrize("words", [("up",), ("down",)])
def test_without_root_one_line_says_what_is_needed(words: tuple[str, ...]) -> None:
    command = [*NOBODY, sys.executable, "-m", "lateen", *words, "--name", "t-nobody"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: a mesh needs root, for network namespaces and nftables: run the command with sudo"
    ]
    assert done.stdout == ""
