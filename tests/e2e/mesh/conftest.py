"""One mesh with bookinfo for all tests of this folder; each test finds it without rules."""

from collections.abc import Iterator

import pytest
from tests.support.real_mesh import RealMesh, bookinfo_up, real_mesh

RULES = "virtualservices,destinationrules,gateways,serviceentries,sidecars"


@pytest.fixture(scope="package")
def bookinfo_mesh() -> Iterator[RealMesh]:
    with real_mesh() as mesh:
        bookinfo_up(mesh)
        yield mesh


@pytest.fixture
def bookinfo(bookinfo_mesh: RealMesh) -> Iterator[RealMesh]:
    """The mesh with bookinfo and no rules."""
    yield bookinfo_mesh
    bookinfo_mesh.attempt("delete", RULES, "--all")


@pytest.fixture
def open_bookinfo(bookinfo: RealMesh) -> RealMesh:
    """The mesh with bookinfo behind its gateway."""
    bookinfo.apply_file("bookinfo-gateway.yaml", "--wait")
    return bookinfo
