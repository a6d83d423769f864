"""A container of a pod, as in Kubernetes `core/v1`. Absent scalars have the values Kubernetes' API server fills in."""

from typing import Literal

from msgspec import field

from lateen.api.meta import JsonObject, Message
from lateen.api.probe import Lifecycle, Probe
from lateen.api.scalar import Int32, Int64, Quantity


class ContainerPort(Message):
    """A port a container listens on; informative, except that probes and services may refer to its name."""

    name: str = ""
    container_port: Int32
    protocol: Literal["TCP", "UDP", "SCTP"] = "TCP"
    host_port: Int32 = 0
    host_ip: str = field(default="", name="hostIP")


class ConfigMapKeySelector(Message):
    """A key of a ConfigMap."""

    name: str = ""
    key: str
    optional: bool = False


class SecretKeySelector(Message):
    """A key of a Secret."""

    name: str = ""
    key: str
    optional: bool = False


class ObjectFieldSelector(Message):
    """A field of the pod itself, `metadata.name` or `status.podIP`."""

    field_path: str
    api_version: str = "v1"


class ResourceFieldSelector(Message):
    """A resource request or limit of a container."""

    resource: str
    container_name: str = ""
    divisor: Quantity = "1"


class EnvVarSource(Message):
    """Where an environment variable's value comes from; one of the fields."""

    field_ref: ObjectFieldSelector | None = None
    resource_field_ref: ResourceFieldSelector | None = None
    config_map_key_ref: ConfigMapKeySelector | None = None
    secret_key_ref: SecretKeySelector | None = None
    file_key_ref: JsonObject | None = None


class EnvVar(Message):
    """One environment variable."""

    name: str
    value: str = ""
    value_from: EnvVarSource | None = None


class EnvSource(Message):
    """A ConfigMap or Secret, all keys of it."""

    name: str = ""
    optional: bool = False


class EnvFromSource(Message):
    """Environment variables from all keys of a ConfigMap or Secret."""

    prefix: str = ""
    config_map_ref: EnvSource | None = None
    secret_ref: EnvSource | None = None


class ResourceRequirements(Message):
    """What a container asks for and may use."""

    requests: dict[str, Quantity] = {}
    limits: dict[str, Quantity] = {}
    claims: tuple[JsonObject, ...] = ()


class VolumeMount(Message):
    """Where a volume appears in a container."""

    name: str
    mount_path: str
    read_only: bool = False
    sub_path: str = ""
    sub_path_expr: str = ""
    mount_propagation: str = ""
    recursive_read_only: str = ""


class Capabilities(Message):
    """Linux capabilities added to or taken from the default set, without `CAP_`."""

    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


class SecurityContext(Message):
    """Privileges of a container; set fields win over the pod's."""

    run_as_user: Int64 | None = None
    run_as_group: Int64 | None = None
    run_as_non_root: bool | None = None
    privileged: bool | None = None
    allow_privilege_escalation: bool | None = None
    read_only_root_filesystem: bool | None = None
    capabilities: Capabilities | None = None
    proc_mount: str = ""
    se_linux_options: JsonObject | None = None
    seccomp_profile: JsonObject | None = None
    app_armor_profile: JsonObject | None = None
    windows_options: JsonObject | None = None


class Container(Message):
    """One container. `restart_policy` Always makes an init container a sidecar."""

    name: str
    image: str = ""
    image_pull_policy: Literal["", "Always", "IfNotPresent", "Never"] = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    working_dir: str = ""
    ports: tuple[ContainerPort, ...] = ()
    env: tuple[EnvVar, ...] = ()
    env_from: tuple[EnvFromSource, ...] = ()
    resources: ResourceRequirements = ResourceRequirements()
    resize_policy: tuple[JsonObject, ...] = ()
    volume_mounts: tuple[VolumeMount, ...] = ()
    volume_devices: tuple[JsonObject, ...] = ()
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    lifecycle: Lifecycle | None = None
    restart_policy: str = ""
    restart_policy_rules: tuple[JsonObject, ...] = ()
    security_context: SecurityContext | None = None
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False
    termination_message_path: str = "/dev/termination-log"
    termination_message_policy: Literal["File", "FallbackToLogsOnError"] = "File"
