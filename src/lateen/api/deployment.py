"""Kubernetes Deployment: `apps/v1` and its elders `apps/v1beta2`, `apps/v1beta1`, `extensions/v1beta1`."""

from typing import Literal

from lateen.api.meta import Condition, JsonObject, LabelSelector, Message, Resource
from lateen.api.pod import PodTemplateSpec
from lateen.api.scalar import Int32, Int64, IntOrString


class RollingUpdateDeployment(Message):
    """How many pods may be missing or extra during an update: a count or a percentage."""

    max_unavailable: IntOrString = "25%"
    max_surge: IntOrString = "25%"


class DeploymentStrategy(Message):
    """How old pods are replaced by new ones."""

    type: Literal["RollingUpdate", "Recreate"] = "RollingUpdate"
    rolling_update: RollingUpdateDeployment | None = None


class DeploymentSpec(Message):
    """`selector` may be absent only in the elder versions, see `Deployment.selector`; times in seconds."""

    replicas: Int32 = 1
    selector: LabelSelector | None = None
    template: PodTemplateSpec
    strategy: DeploymentStrategy = DeploymentStrategy()
    min_ready_seconds: Int32 = 0
    revision_history_limit: Int32 = 10
    progress_deadline_seconds: Int32 = 600
    paused: bool = False
    rollback_to: JsonObject | None = None


class DeploymentStatus(Message):
    """How far a deployment has come."""

    observed_generation: Int64 = 0
    replicas: Int32 = 0
    updated_replicas: Int32 = 0
    ready_replicas: Int32 = 0
    available_replicas: Int32 = 0
    unavailable_replicas: Int32 = 0
    terminating_replicas: Int32 = 0
    collision_count: Int32 | None = None
    conditions: tuple[Condition, ...] = ()


class Deployment(Resource):
    """Keeps a number of equal pods running."""

    spec: DeploymentSpec
    status: DeploymentStatus = DeploymentStatus()

    @property
    def selector(self) -> LabelSelector:
        """The pods that belong to it; `extensions/v1beta1` and `apps/v1beta1` default to the template's labels."""
        return self.spec.selector or LabelSelector(match_labels=self.spec.template.metadata.labels)
