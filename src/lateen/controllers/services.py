"""Services: their ClusterIP and node ports."""

from collections.abc import Callable, Iterable, Sequence

from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.api.service import Service
from lateen.controllers.addresses import choose_node_port, is_elsewhere
from lateen.controllers.loop import Key
from lateen.model.address_range import choose_address
from lateen.store.config_store import ConfigStore, ConflictError, MissingError, Stored

WITH_NODE_PORTS = frozenset({"NodePort", "LoadBalancer"})


class ServiceController:
    """Gives each service an address of `service_cidr`, and node ports to those whose type asks for them.

    `is_free_port` says whether nothing on the machine listens at a port. `mesh` is the mesh's name: two meshes on one
    machine start looking for node ports at different places.
    """

    name = "service addresses"
    kinds: Sequence[str] = ("Service",)

    def __init__(self, store: ConfigStore, service_cidr: str, mesh: str, is_free_port: Callable[[int], bool]) -> None:
        self._store = store
        self._cidr = service_cidr
        self._mesh = mesh
        self._is_free_port = is_free_port

    def keys_for(self, stored: Stored) -> Iterable[Key]:
        """The service itself."""
        return [(stored.ref.namespace, stored.ref.name)]

    async def reconcile(self, key: Key) -> None:
        """Complete one service."""
        stored = await self._store.get(ResourceRef("Service", *key))
        if stored is None:
            return
        others = [item for item in (await self._store.list(["Service"])).items if item.ref != stored.ref]
        spec = self._completed(stored, [item.resource for item in others if isinstance(item.resource, Service)])
        if spec == stored.body["spec"]:
            return
        try:
            await self._store.replace({**stored.body, "spec": spec}, expected=stored.revision)
        except (ConflictError, MissingError):
            return  # its newer version is in the queue already

    def _completed(self, stored: Stored, others: Sequence[Service]) -> JsonObject:
        """The spec with what is missing filled in; what is there stays."""
        service = stored.resource
        spec: JsonObject = dict(stored.body["spec"])
        assert isinstance(service, Service)  # noqa: S101 - the kind is Service
        if service.spec.type == "ExternalName":
            return spec
        if not service.spec.cluster_ip or is_elsewhere(service.spec.cluster_ip, self._cidr):
            taken = {other.spec.cluster_ip for other in others}
            spec["clusterIP"] = choose_address(self._cidr, f"{stored.ref.namespace}/{stored.ref.name}", taken)
        if spec.get("clusterIPs") != [spec["clusterIP"]]:
            spec["clusterIPs"] = [spec["clusterIP"]]
        if service.spec.type in WITH_NODE_PORTS:
            used = {port.node_port for each in (*others, service) for port in each.spec.ports}
            spec["ports"] = [self._with_node_port(stored.ref, port, used) for port in spec.get("ports", [])]
        return spec

    def _with_node_port(self, ref: ResourceRef, port: JsonObject, used: set[int]) -> JsonObject:
        if port.get("nodePort"):
            return port
        owner = f"{self._mesh}/{ref.namespace}/{ref.name}/{port['port']}"
        chosen = choose_node_port(owner, used)
        while not self._is_free_port(chosen):
            used.add(chosen)
            chosen = choose_node_port(owner, used)
        used.add(chosen)
        return {**port, "nodePort": chosen}
