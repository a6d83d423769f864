"""Kubernetes `v1` Pod. Absent scalars have the values Kubernetes' API server fills in."""

from typing import Literal

from msgspec import field

from lateen.api.container import Container
from lateen.api.meta import Condition, JsonObject, Message, ObjectMeta, Resource
from lateen.api.reference import LocalObjectReference
from lateen.api.scalar import Int32, Int64, Quantity
from lateen.api.volume import Volume


class Sysctl(Message):
    """A kernel setting of the pod's namespaces."""

    name: str
    value: str


class PodSecurityContext(Message):
    """Privileges of all containers of a pod."""

    run_as_user: Int64 | None = None
    run_as_group: Int64 | None = None
    run_as_non_root: bool | None = None
    fs_group: Int64 | None = None
    fs_group_change_policy: str = ""
    supplemental_groups: tuple[Int64, ...] = ()
    supplemental_groups_policy: str = ""
    sysctls: tuple[Sysctl, ...] = ()
    se_linux_options: JsonObject | None = None
    se_linux_change_policy: str = ""
    seccomp_profile: JsonObject | None = None
    app_armor_profile: JsonObject | None = None
    windows_options: JsonObject | None = None


class PodDNSConfigOption(Message):
    """A resolver option of `/etc/resolv.conf`."""

    name: str = ""
    value: str | None = None


class PodDNSConfig(Message):
    """What is added to the resolver's settings."""

    nameservers: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()
    options: tuple[PodDNSConfigOption, ...] = ()


class HostAlias(Message):
    """A line of `/etc/hosts`."""

    ip: str
    hostnames: tuple[str, ...] = ()


class Toleration(Message):
    """A node taint the pod accepts."""

    key: str = ""
    operator: str = ""
    value: str = ""
    effect: str = ""
    toleration_seconds: Int64 | None = None


class PodReadinessGate(Message):
    """A condition that must be True before the pod is ready."""

    condition_type: str


class PodSpec(Message):
    """What runs in a pod; times in seconds."""

    containers: tuple[Container, ...]
    init_containers: tuple[Container, ...] = ()
    ephemeral_containers: tuple[JsonObject, ...] = ()
    volumes: tuple[Volume, ...] = ()
    restart_policy: Literal["Always", "OnFailure", "Never"] = "Always"
    termination_grace_period_seconds: Int64 = 30
    active_deadline_seconds: Int64 | None = None
    service_account_name: str = ""
    service_account: str = ""
    automount_service_account_token: bool | None = None
    node_name: str = ""
    node_selector: dict[str, str] = {}
    hostname: str = ""
    hostname_override: str | None = None
    subdomain: str = ""
    set_hostname_as_fqdn: bool = field(default=False, name="setHostnameAsFQDN")
    host_aliases: tuple[HostAlias, ...] = ()
    host_network: bool = False
    host_pid: bool = field(default=False, name="hostPID")
    host_ipc: bool = field(default=False, name="hostIPC")
    host_users: bool | None = None
    share_process_namespace: bool = False
    dns_policy: Literal["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"] = "ClusterFirst"
    dns_config: PodDNSConfig | None = None
    enable_service_links: bool = True
    security_context: PodSecurityContext | None = None
    image_pull_secrets: tuple[LocalObjectReference, ...] = ()
    readiness_gates: tuple[PodReadinessGate, ...] = ()
    scheduling_gates: tuple[JsonObject, ...] = ()
    scheduler_name: str = ""
    affinity: JsonObject | None = None
    tolerations: tuple[Toleration, ...] = ()
    topology_spread_constraints: tuple[JsonObject, ...] = ()
    priority: Int32 | None = None
    priority_class_name: str = ""
    preemption_policy: str = ""
    runtime_class_name: str = ""
    overhead: dict[str, Quantity] = {}
    os: JsonObject | None = None
    resource_claims: tuple[JsonObject, ...] = ()
    resources: JsonObject | None = None


class PodTemplateSpec(Message):
    """The pods a controller makes."""

    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec


class ContainerStateWaiting(Message):
    """Not running, and why: CrashLoopBackOff, ContainerCreating."""

    reason: str = ""
    message: str = ""


class ContainerStateRunning(Message):
    """Running since then."""

    started_at: str = ""


class ContainerStateTerminated(Message):
    """Ended, and how."""

    exit_code: Int32 = 0
    signal: Int32 = 0
    reason: str = ""
    message: str = ""
    started_at: str = ""
    finished_at: str = ""
    container_id: str = field(default="", name="containerID")


class ContainerState(Message):
    """One of the three; none: waiting."""

    waiting: ContainerStateWaiting | None = None
    running: ContainerStateRunning | None = None
    terminated: ContainerStateTerminated | None = None


class ContainerStatus(Message):
    """What a container does now."""

    name: str
    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()
    ready: bool = False
    started: bool | None = None
    restart_count: Int32 = 0
    image: str = ""
    image_id: str = field(default="", name="imageID")
    container_id: str = field(default="", name="containerID")


class PodIP(Message):
    """One address of a pod."""

    ip: str


class HostIP(Message):
    """One address of a pod's node."""

    ip: str


class PodStatus(Message):
    """What a pod does now; `phase` is Pending, Running, Succeeded, Failed or Unknown."""

    phase: str = ""
    conditions: tuple[Condition, ...] = ()
    message: str = ""
    reason: str = ""
    host_ip: str = field(default="", name="hostIP")
    host_ips: tuple[HostIP, ...] = field(default=(), name="hostIPs")
    pod_ip: str = field(default="", name="podIP")
    pod_ips: tuple[PodIP, ...] = field(default=(), name="podIPs")
    start_time: str = ""
    init_container_statuses: tuple[ContainerStatus, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()
    ephemeral_container_statuses: tuple[ContainerStatus, ...] = ()
    qos_class: str = ""
    nominated_node_name: str = ""
    observed_generation: Int64 = 0


class Pod(Resource):
    """One instance of a workload."""

    spec: PodSpec
    status: PodStatus = PodStatus()

    @property
    def ready(self) -> bool:
        """Whether the pod takes traffic."""
        return any(each.type == "Ready" and each.status == "True" for each in self.status.conditions)
