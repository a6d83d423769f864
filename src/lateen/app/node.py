"""The node agent's process: `python -m lateen.app.node MESH`, until SIGTERM, which leaves the pods running."""

import asyncio
import logging
from pathlib import Path

from lateen.app.entry import enter
from lateen.app.record import MeshRecord
from lateen.app.stopping import Stop
from lateen.client.api import ApiClient
from lateen.client.kubeconfig import read_access
from lateen.client.paths import DNS, NODE, STATE_ROOT, MeshPaths
from lateen.lib.clock import SystemClock
from lateen.lib.process_end import process_end
from lateen.lib.tasks import TaskGroup
from lateen.node.agent import AgentParts, NodeAgent
from lateen.node.dns.process import DnsProcess
from lateen.node.http import NodeHttp
from lateen.node.images import USER_FILE
from lateen.node.network.address_plan import AddressPlan
from lateen.node.network.mesh_network import MeshNetwork
from lateen.node.network.pod_network import PodNetwork
from lateen.node.network.service_proxy import ServiceProxy
from lateen.node.service_sync import ServiceSync
from lateen.node.settings import NodeSettings

log = logging.getLogger(__name__)

DNS_CHECK_SECONDS = 2.0
ACCESS_POLL_SECONDS = 0.05


async def run(paths: MeshPaths, record: MeshRecord) -> None:
    """Run this machine's pods until told to stop."""
    clock, stop = SystemClock(), Stop()
    network = MeshNetwork(paths.name, paths.state)
    plan = await asyncio.to_thread(network.ensure)
    dns = dns_process(paths, network, plan)
    while not paths.kubeconfig.exists():  # the control plane writes it when it can be reached
        if stop.is_due:
            return
        await clock.sleep(ACCESS_POLL_SECONDS)
    async with ApiClient(read_access(paths.kubeconfig)) as client, TaskGroup(stop.failed) as tasks:
        parts = AgentParts(client, PodNetwork(paths.name, plan, paths.run, clock), clock)
        agent = NodeAgent(node_settings(paths, record, plan), parts)
        sync = ServiceSync(client, clock, plan, dns.table, ServiceProxy(network.netns, plan).apply)
        for name, work in (
            ("dns", _keep(dns, clock)),
            ("services", sync.run()),
            ("pods", agent.run()),
        ):
            tasks.start(work, name)
        server = await NodeHttp(agent, clock).start(paths.node_socket)
        try:
            await stop.wait()
        finally:
            await server.cleanup()


def node_settings(paths: MeshPaths, record: MeshRecord, plan: AddressPlan) -> NodeSettings:
    """What the agent needs to know of the mesh."""
    return NodeSettings(
        mesh=paths.name,
        node_name=record.node_name,
        pods=paths.pods,
        xds_socket=paths.xds_socket,
        hide=(STATE_ROOT,),
        host_ip=str(plan.uplink_machine.ip),
        dns_address=str(plan.dns),
        image_files=tuple(Path(file) for file in (record.images, str(paths.state / USER_FILE)) if file),
    )


def dns_process(paths: MeshPaths, network: MeshNetwork, plan: AddressPlan) -> DnsProcess:
    """The mesh's name server."""
    return DnsProcess(
        netns=network.netns,
        address=plan.dns,
        table=paths.run / "dns.json",
        pid_file=paths.pid_file(DNS),
        log=paths.log_file(DNS),
    )


async def _keep(dns: DnsProcess, clock: SystemClock) -> None:
    while True:
        try:
            if await asyncio.to_thread(dns.ensure):
                log.info("name server started")
        except (TimeoutError, OSError) as error:
            log.error("%s", error)
            await clock.sleep(DNS_CHECK_SECONDS)
        else:
            await process_end(dns.pid, DNS_CHECK_SECONDS)


if __name__ == "__main__":
    enter(NODE, run)
