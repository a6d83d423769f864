"""Loading nftables rules into a network namespace."""

import ctypes
import subprocess
import threading
from functools import cache
from pathlib import Path
from typing import Protocol

from lateen.lib.netns import run_inside

_LIBRARY = "libnftables.so.1"
_LIBRARY_LOCK = threading.Lock()  # The library's parser keeps state of its own.


class NftablesMissingError(Exception):
    """Neither the library nor the program that loads nftables rules is installed."""


class NftablesRefusedError(Exception):
    """The rules were not loaded, none of them; the text is nftables' own explanation."""


class RuleLoader(Protocol):
    """Loads a ruleset as one transaction into the namespace of the calling thread; returns what it printed."""

    def __call__(self, ruleset: str, /) -> str: ...


def load_rules(netns: Path, ruleset: str) -> str:
    """Run nft commands in a namespace, all of them or none. Raises NftablesMissingError, NftablesRefusedError."""
    loader = _loader()
    return run_inside(netns, lambda: loader(ruleset))


def check_nftables() -> None:
    """Raise NftablesMissingError when rules can't be loaded on this machine."""
    _loader()


@cache
def _loader() -> RuleLoader:
    try:
        library = ctypes.CDLL(_LIBRARY)
    except OSError:
        return _loader_by_program()
    library.nft_ctx_new.restype = ctypes.c_void_p
    library.nft_ctx_new.argtypes = (ctypes.c_uint32,)
    for name in ("nft_ctx_buffer_output", "nft_ctx_buffer_error", "nft_ctx_free"):
        getattr(library, name).argtypes = (ctypes.c_void_p,)
    for name in ("nft_ctx_get_output_buffer", "nft_ctx_get_error_buffer"):
        getattr(library, name).argtypes = (ctypes.c_void_p,)
        getattr(library, name).restype = ctypes.c_char_p
    library.nft_run_cmd_from_buffer.argtypes = (ctypes.c_void_p, ctypes.c_char_p)

    def load(ruleset: str) -> str:
        with _LIBRARY_LOCK:
            return _run_in_library(library, ruleset)

    return load


def _run_in_library(library: ctypes.CDLL, ruleset: str) -> str:
    context = library.nft_ctx_new(0)
    try:
        library.nft_ctx_buffer_output(context)
        library.nft_ctx_buffer_error(context)
        failed = library.nft_run_cmd_from_buffer(context, ruleset.encode())
        if failed:
            raise NftablesRefusedError(_explanation(library.nft_ctx_get_error_buffer(context)))
        printed: bytes = library.nft_ctx_get_output_buffer(context)
        return printed.decode(errors="replace")
    finally:
        library.nft_ctx_free(context)


def _loader_by_program() -> RuleLoader:
    try:
        subprocess.run(["nft", "--version"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise NftablesMissingError(
            f"{_LIBRARY} is missing, which captures the pods' traffic: apt-get install libnftables1"
        ) from None

    def load(ruleset: str) -> str:
        done = subprocess.run(["nft", "-f", "-"], input=ruleset.encode(), capture_output=True, check=False)
        if done.returncode != 0:
            raise NftablesRefusedError(_explanation(done.stderr))
        return done.stdout.decode(errors="replace")

    return load


def _explanation(printed: bytes) -> str:
    lines = printed.decode(errors="replace").strip().splitlines()
    return "\n".join(lines[:6]) or "nftables gave no reason"
