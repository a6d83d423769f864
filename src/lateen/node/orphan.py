"""Ending a pod that runs here although the API has no such pod."""

import asyncio

from lateen.node.pod_folder import PodFolder
from lateen.node.pod_setup import PodSetup
from lateen.node.shim_client import ShimClient, ShimError

_PATIENCE = 5.0


async def end_orphan(folder: PodFolder, setup: PodSetup) -> None:
    """Stop its shim within the pod's own grace, then remove what is left of it."""
    spec = folder.read_spec()
    if spec is not None and folder.shim_lives():
        client = ShimClient(folder)
        try:
            async with asyncio.timeout(spec["grace"] + _PATIENCE):
                await client.stop(spec["grace"])
                async for _ in client.watch():
                    pass
        except (ShimError, TimeoutError):
            pass  # it is killed below
    await asyncio.to_thread(setup.remove, folder.uid)
