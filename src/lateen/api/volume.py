"""Volumes of a pod, as in Kubernetes `core/v1`."""

from msgspec import field

from lateen.api.container import ObjectFieldSelector, ResourceFieldSelector
from lateen.api.meta import JsonObject, LabelSelector, Message
from lateen.api.scalar import Int32, Int64, Quantity


class KeyToPath(Message):
    """A key and the file it becomes."""

    key: str
    path: str
    mode: Int32 | None = None


class EmptyDirVolumeSource(Message):
    """A folder that lives as long as the pod; `medium` Memory is a tmpfs."""

    medium: str = ""
    size_limit: Quantity | None = None


class ConfigMapVolumeSource(Message):
    """A ConfigMap's keys as files; no `items`: all."""

    name: str = ""
    items: tuple[KeyToPath, ...] = ()
    default_mode: Int32 = 0o644
    optional: bool = False


class SecretVolumeSource(Message):
    """A Secret's keys as files; no `items`: all."""

    secret_name: str = ""
    items: tuple[KeyToPath, ...] = ()
    default_mode: Int32 = 0o644
    optional: bool = False


class HostPathVolumeSource(Message):
    """A file or folder of the machine."""

    path: str
    type: str = ""


class DownwardAPIVolumeFile(Message):
    """A field of the pod as a file."""

    path: str
    field_ref: ObjectFieldSelector | None = None
    resource_field_ref: ResourceFieldSelector | None = None
    mode: Int32 | None = None


class DownwardAPIVolumeSource(Message):
    """Fields of the pod as files."""

    items: tuple[DownwardAPIVolumeFile, ...] = ()
    default_mode: Int32 = 0o644


class PersistentVolumeClaimVolumeSource(Message):
    """Storage that a claim has bound."""

    claim_name: str
    read_only: bool = False


class ConfigMapProjection(Message):
    """A ConfigMap's keys within a projected volume."""

    name: str = ""
    items: tuple[KeyToPath, ...] = ()
    optional: bool = False


class SecretProjection(Message):
    """A Secret's keys within a projected volume."""

    name: str = ""
    items: tuple[KeyToPath, ...] = ()
    optional: bool = False


class DownwardAPIProjection(Message):
    """Fields of the pod within a projected volume."""

    items: tuple[DownwardAPIVolumeFile, ...] = ()


class ServiceAccountTokenProjection(Message):
    """A token of the pod's service account; lifetime in seconds."""

    path: str
    audience: str = ""
    expiration_seconds: Int64 = 3600


class ClusterTrustBundleProjection(Message):
    """Root certificates."""

    path: str
    name: str = ""
    signer_name: str = ""
    label_selector: LabelSelector | None = None
    optional: bool = False


class VolumeProjection(Message):
    """One source of a projected volume; one of the fields."""

    config_map: ConfigMapProjection | None = None
    secret: SecretProjection | None = None
    downward_api: DownwardAPIProjection | None = field(default=None, name="downwardAPI")
    service_account_token: ServiceAccountTokenProjection | None = None
    cluster_trust_bundle: ClusterTrustBundleProjection | None = None
    pod_certificate: JsonObject | None = None


class ProjectedVolumeSource(Message):
    """Several sources in one folder."""

    sources: tuple[VolumeProjection, ...] = ()
    default_mode: Int32 = 0o644


class Volume(Message):
    """One volume: its name and one of the sources. No source: an empty folder."""

    name: str
    empty_dir: EmptyDirVolumeSource | None = None
    config_map: ConfigMapVolumeSource | None = None
    secret: SecretVolumeSource | None = None
    host_path: HostPathVolumeSource | None = None
    projected: ProjectedVolumeSource | None = None
    downward_api: DownwardAPIVolumeSource | None = field(default=None, name="downwardAPI")
    persistent_volume_claim: PersistentVolumeClaimVolumeSource | None = None
    ephemeral: JsonObject | None = None
    csi: JsonObject | None = None
    nfs: JsonObject | None = None
    iscsi: JsonObject | None = None
    fc: JsonObject | None = None
    image: JsonObject | None = None
