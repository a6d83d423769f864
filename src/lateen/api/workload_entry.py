"""Istio `networking.istio.io` WorkloadEntry: a workload that is not a pod."""

from typing import Annotated

from msgspec import Meta

from lateen.api.istio_status import IstioStatus
from lateen.api.meta import Message, Resource
from lateen.api.scalar import Labels, UInt32

_Word = Annotated[str, Meta(max_length=2048)]


class WorkloadEntrySpec(Message):
    """`address` is an IP address, a name, or `unix:///path`; `weight` 0 means 1; locality is `region/zone/subzone`."""

    address: Annotated[str, Meta(max_length=256)] = ""
    ports: Annotated[dict[str, UInt32], Meta(max_length=128)] = {}
    labels: Labels = {}
    network: _Word = ""
    locality: _Word = ""
    weight: UInt32 = 0
    service_account: Annotated[str, Meta(max_length=253)] = ""


class WorkloadEntry(Resource):
    """A workload that is not a pod."""

    spec: WorkloadEntrySpec = WorkloadEntrySpec()
    status: IstioStatus | None = None
