"""Kubernetes `v1` Node."""

from msgspec import field

from lateen.api.meta import Condition, JsonObject, Message, Resource
from lateen.api.scalar import Quantity


class Taint(Message):
    """Keeps pods away that do not tolerate it."""

    key: str
    value: str = ""
    effect: str
    time_added: str = ""


class NodeSpec(Message):
    """How a node is used."""

    pod_cidr: str = field(default="", name="podCIDR")
    pod_cidrs: tuple[str, ...] = field(default=(), name="podCIDRs")
    provider_id: str = field(default="", name="providerID")
    unschedulable: bool = False
    taints: tuple[Taint, ...] = ()


class NodeAddress(Message):
    """`type` is InternalIP, ExternalIP or Hostname."""

    type: str
    address: str


class NodeSystemInfo(Message):
    """What a node runs."""

    machine_id: str = field(default="", name="machineID")
    system_uuid: str = field(default="", name="systemUUID")
    boot_id: str = field(default="", name="bootID")
    kernel_version: str = ""
    os_image: str = ""
    container_runtime_version: str = ""
    kubelet_version: str = ""
    kube_proxy_version: str = ""
    operating_system: str = ""
    architecture: str = ""


class NodeCondition(Condition):
    """A node's condition, with the time it was last confirmed."""

    last_heartbeat_time: str = ""


class NodeStatus(Message):
    """What a node is and can take."""

    capacity: dict[str, Quantity] = {}
    allocatable: dict[str, Quantity] = {}
    phase: str = ""
    conditions: tuple[NodeCondition, ...] = ()
    addresses: tuple[NodeAddress, ...] = ()
    daemon_endpoints: JsonObject | None = None
    node_info: NodeSystemInfo | None = None
    images: tuple[JsonObject, ...] = ()
    runtime_handlers: tuple[JsonObject, ...] = ()
    features: JsonObject | None = None


class Node(Resource):
    """One machine that runs pods."""

    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()
