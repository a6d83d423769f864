"""Istio `networking.istio.io` ServiceEntry: a service that Kubernetes does not know."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from lateen.api.istio_status import IstioStatus
from lateen.api.meta import Message, Resource
from lateen.api.scalar import Count, UInt32
from lateen.api.sidecar import WorkloadSelector
from lateen.api.workload_entry import WorkloadEntrySpec

_Word = Annotated[str, Meta(max_length=256)]
OPT_OUT: Final = "networking.istio.io/enable-autoallocate-ip"
"""The label that, with the value false, asks for no automatic addresses."""


class ServicePort(Message):
    """A port of a ServiceEntry; `protocol` alone decides how it is treated. `target_port` 0: the same number."""

    number: UInt32
    protocol: _Word = ""
    name: _Word
    target_port: Count = 0


class ServiceEntryAddress(Message):
    """An address that was given to a host."""

    value: str = ""
    host: str = ""


class ServiceEntryStatus(IstioStatus):
    """Addresses given to hosts that had none."""

    addresses: tuple[ServiceEntryAddress, ...] = ()


class ServiceEntrySpec(Message):
    """No `export_to`: every namespace."""

    hosts: tuple[str, ...]
    addresses: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=256)] = ()
    ports: Annotated[tuple[ServicePort, ...], Meta(max_length=256)] = ()
    location: Literal["MESH_EXTERNAL", "MESH_INTERNAL"] = "MESH_EXTERNAL"
    resolution: Literal["NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"] = "NONE"
    endpoints: Annotated[tuple[WorkloadEntrySpec, ...], Meta(max_length=4096)] = ()
    workload_selector: WorkloadSelector | None = None
    export_to: tuple[str, ...] = ()
    subject_alt_names: tuple[str, ...] = ()


class ServiceEntry(Resource):
    """A service outside Kubernetes, or inside the mesh under another name."""

    spec: ServiceEntrySpec
    status: ServiceEntryStatus | None = None
