"""The name server as a process of its own, so that names resolve while everything else restarts."""

import argparse
import asyncio
import logging
from pathlib import Path

from lateen.lib.pid_file import AlreadyRunningError, PidFile
from lateen.node.dns.server import DnsSettings, serve


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="lateen-dns", description="answers for the names of one mesh")
    parser.add_argument("--netns", type=Path, required=True)
    parser.add_argument("--address", required=True)
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--pid-file", type=Path, required=True)
    parser.add_argument("--place", default="", help="kept in the pid file: which namespace and address it serves")
    parser.add_argument("--resolv-conf", type=Path, default=Path("/etc/resolv.conf"))
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings = DnsSettings(options.netns, options.address, options.table, options.resolv_conf)
    try:
        asyncio.run(serve(settings, PidFile(options.pid_file).held(options.place)))
    except (AlreadyRunningError, OSError) as failure:
        raise SystemExit(f"lateen-dns: {options.address}: {failure}") from None


if __name__ == "__main__":
    main()
