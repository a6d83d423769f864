"""Rules for EndpointSlice and Endpoints. Source: Kubernetes' `ValidateEndpointSlice` and `ValidateEndpoints`."""

import ipaddress

from lateen.api.endpoint_slice import EndpointSlice
from lateen.api.endpoints import Endpoints
from lateen.validation.field import Field
from lateen.validation.hosts import is_fqdn
from lateen.validation.names import check_port, is_ip


def check_endpoint_slice(resource: EndpointSlice, root: Field) -> None:
    """Report addresses that are not of the slice's type, and ports that are none."""
    if resource.address_type not in ("IPv4", "IPv6", "FQDN"):
        (root / "addressType").error(f'"{resource.address_type}" is no type of address', "write IPv4, IPv6 or FQDN")
    for place, endpoint in enumerate(resource.endpoints):
        if not endpoint.addresses:
            root.at("endpoints", place, "addresses").error("is empty", "write at least one address", "MissingField")
        for index, address in enumerate(endpoint.addresses):
            if not _fits(address, resource.address_type):
                message = f'"{address[:80]}" is no {resource.address_type} address'
                root.at("endpoints", place, "addresses", index).error(message, "", "InvalidAddress")
    for place, port in enumerate(resource.ports):
        if port.port is not None:
            check_port(port.port, root.at("ports", place, "port"))


def _fits(address: str, type_: str) -> bool:
    if type_ == "FQDN":
        return is_fqdn(address)
    return is_ip(address) and type_ in (f"IPv{ipaddress.ip_address(address).version}", "")


def check_endpoints(resource: Endpoints, root: Field) -> None:
    """Report addresses and ports that are none."""
    for place, subset in enumerate(resource.subsets):
        where = root.at("subsets", place)
        for key, addresses in (("addresses", subset.addresses), ("notReadyAddresses", subset.not_ready_addresses)):
            for index, address in enumerate(addresses):
                if not is_ip(address.ip):
                    where.at(key, index, "ip").error(f'"{address.ip[:80]}" is no address', "", "InvalidAddress")
        for index, port in enumerate(subset.ports):
            if port.port is not None:
                check_port(port.port, where.at("ports", index, "port"))
