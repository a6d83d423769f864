"""Why a test can't have a mesh here."""

import os
import sys


def missing_for_a_mesh() -> str:
    """What this machine lacks for a mesh, "" if nothing."""
    if not sys.platform.startswith("linux"):
        return f"a mesh needs Linux, with network namespaces and nftables; this is {sys.platform}"
    if os.geteuid() != 0:
        return "a mesh needs root, for network namespaces and nftables: try `sudo -E python -m pytest`"
    return ""
