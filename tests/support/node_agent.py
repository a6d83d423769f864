"""A node agent in a process of its own, as a mesh has it: `python node_agent.py SETTINGS-AS-JSON`."""

import asyncio
import json
import signal
import sys
from pathlib import Path

from lateen.client.access import Access
from lateen.client.api import ApiClient
from lateen.lib.clock import SystemClock
from lateen.lib.tasks import TaskGroup
from lateen.node.agent import AgentParts, NodeAgent
from lateen.node.http import NodeHttp
from lateen.node.network.mesh_network import MeshNetwork
from lateen.node.network.pod_network import PodNetwork
from lateen.node.settings import NodeSettings


async def run(mesh: str, folder: Path, server: str, token: str) -> None:
    clock = SystemClock()
    plan = MeshNetwork(mesh, folder).ensure()
    settings = NodeSettings(
        mesh=mesh,
        node_name="one",
        pods=folder / "pods",
        xds_socket=folder / "run" / "xds.sock",
        hide=(folder / "pods",),
        host_ip=str(plan.uplink_machine.ip),
        dns_address=str(plan.dns),
        image_files=(folder / "images.yaml",),
        drain_seconds=0.2,
    )
    (folder / "run").mkdir(exist_ok=True)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with ApiClient(Access(server, token=token)) as client, TaskGroup() as tasks:
        agent = NodeAgent(settings, AgentParts(client, PodNetwork(mesh, plan, folder, clock), clock))
        tasks.start(agent.run(), "agent")
        http = await NodeHttp(agent, clock).start(folder / "node.sock")
        await stop.wait()
        await http.cleanup()


if __name__ == "__main__":
    wish = json.loads(sys.argv[1])
    asyncio.run(run(wish["mesh"], Path(wish["folder"]), wish["server"], wish["token"]))
