import ctypes
import subprocess
from collections.abc import Iterator

import pytest

from lateen.node.network import nftables
from lateen.node.network.nftables import NftablesMissingError, NftablesRefusedError, check_nftables


@pytest.fixture(autouse=True)
def fresh_loader() -> Iterator[None]:
    nftables._loader.cache_clear()
    yield
    nftables._loader.cache_clear()


def no_library(name: str) -> ctypes.CDLL:
    raise OSError(f"{name}: cannot open shared object file")


def test_without_library_and_program_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", no_library)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NftablesMissingError, match="apt-get install libnftables1"):
        check_nftables()


def test_without_the_library_the_program_loads_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[list[str], bytes | None]] = []

    def run(command: list[str], input: bytes | None = None, **_: object) -> subprocess.CompletedProcess[bytes]:
        ran.append((command, input))
        wrong = input == b"wrong"
        return subprocess.CompletedProcess(command, int(wrong), b"", b"<stdin>:1:1: syntax error" if wrong else b"")

    monkeypatch.setattr(ctypes, "CDLL", no_library)
    monkeypatch.setattr(subprocess, "run", run)
    load = nftables._loader()
    load("add table ip x")
    assert ran[-1] == (["nft", "-f", "-"], b"add table ip x")
    with pytest.raises(NftablesRefusedError, match="syntax error"):
        load("wrong")


def test_the_library_says_why_it_refuses() -> None:
    try:
        ctypes.CDLL("libnftables.so.1")
    except OSError:
        pytest.skip("libnftables is not installed")
    with pytest.raises(NftablesRefusedError, match="syntax error"):
        nftables._loader()("add nonsense")
