"""As whom a container runs, by its pod's security contexts."""

from dataclasses import dataclass

from lateen.api.container import Capabilities, Container, SecurityContext
from lateen.api.pod import Pod, PodSecurityContext
from lateen.node.sources import ConfigError


@dataclass(frozen=True, slots=True)
class Identity:
    """User, groups and capabilities, as the shim takes them."""

    uid: int
    gid: int
    groups: tuple[int, ...]
    add: tuple[str, ...]
    drop: tuple[str, ...]
    privileged: bool
    read_only_root: bool


def identity_of(pod: Pod, container: Container, default_uid: int) -> Identity:
    """The container's wishes before the pod's, then `default_uid`. Raises ConfigError where they contradict."""
    general = pod.spec.security_context or PodSecurityContext()
    own = container.security_context or SecurityContext()
    uid = next((u for u in (own.run_as_user, general.run_as_user) if u is not None), default_uid)
    gid = next((g for g in (own.run_as_group, general.run_as_group) if g is not None), default_uid)
    non_root = own.run_as_non_root if own.run_as_non_root is not None else general.run_as_non_root
    if non_root and uid == 0:
        raise ConfigError("container has runAsNonRoot and image will run as root")
    capabilities = own.capabilities or Capabilities()
    fs_group = () if general.fs_group is None else (general.fs_group,)
    return Identity(
        uid=uid,
        gid=gid,
        groups=(*general.supplemental_groups, *fs_group),
        add=capabilities.add,
        drop=capabilities.drop,
        privileged=bool(own.privileged),
        read_only_root=bool(own.read_only_root_filesystem),
    )
