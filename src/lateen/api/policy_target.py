"""What Istio's policies apply to: `istio.io/api` type/v1beta1 PolicyTargetReference."""

from lateen.api.meta import Message
from lateen.api.workload_selector import WorkloadSelector


class PolicyTargetReference(Message):
    """A resource of the policy's namespace, by group, kind and name."""

    group: str = ""
    kind: str = ""
    name: str = ""


class PolicyTarget(Message):
    """Base of the specs of policies. Neither a selector nor a reference: the whole namespace."""

    selector: WorkloadSelector | None = None
    target_ref: PolicyTargetReference | None = None
    target_refs: tuple[PolicyTargetReference, ...] = ()
