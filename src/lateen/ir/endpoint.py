"""Where a cluster's connections go."""

import enum

from lateen.ir.value import Value


class Health(enum.StrEnum):
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    DRAINING = "draining"


class Endpoint(Value):
    """One address that serves a cluster. `workload` is `name;namespace;canonical-name;canonical-revision;cluster`."""

    address: str
    port: int = 0
    weight: int = 1
    health: Health = Health.HEALTHY
    workload: str = ""
    pod: str = ""
    tls_mode: str = ""


class LocalityEndpoints(Value):
    """Endpoints of one locality at one priority (0 is tried first); `weight` matters for locality-weighted clusters."""

    region: str = ""
    zone: str = ""
    subzone: str = ""
    priority: int = 0
    weight: int = 0
    endpoints: tuple[Endpoint, ...] = ()


class LoadAssignment(Value):
    """All endpoints of a cluster."""

    cluster: str
    localities: tuple[LocalityEndpoints, ...] = ()
