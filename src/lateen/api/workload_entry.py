"""Istio `networking.istio.io` WorkloadEntry: a workload that is not a pod."""

from lateen.api.istio_status import IstioStatus
from lateen.api.meta import Message, Resource
from lateen.api.scalar import UInt32


class WorkloadEntrySpec(Message):
    """`address` is an IP address, a name, or `unix:///path`; `weight` 0 means 1; locality is `region/zone/subzone`."""

    address: str = ""
    ports: dict[str, UInt32] = {}
    labels: dict[str, str] = {}
    network: str = ""
    locality: str = ""
    weight: UInt32 = 0
    service_account: str = ""


class WorkloadEntry(Resource):
    """A workload that is not a pod."""

    spec: WorkloadEntrySpec = WorkloadEntrySpec()
    status: IstioStatus | None = None
