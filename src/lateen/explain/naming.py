"""Which address a name leads to, as pods' resolvers find it."""

from collections.abc import Iterator

import msgspec

from lateen.explain.scenario import Scenario
from lateen.model.hostname import covers, is_address, is_wildcard
from lateen.model.service import Service
from lateen.resolve.aliases import stands_for
from lateen.validation.schema import closest

OUTSIDE = "198.51.100.1"
"""Stands for the address that a name server outside of the mesh would give."""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """The address a client dials; `service` is what it belongs to, None for what the mesh does not know."""

    address: str
    text: str
    service: Service | None = None


def look_up(scenario: Scenario, host: str, namespace: str) -> Named:
    """The address of `host` for a client in `namespace`."""
    if is_address(host):
        return _address(scenario, host)
    service = next(_services(scenario, host.lower().rstrip("."), namespace), None)
    return _of_service(scenario, host, service) if service is not None else _unknown(scenario, host, namespace)


def with_port(named: Named, port: int) -> Named:
    """The same, saying so where the service does not have the port that is dialled."""
    ports = [each.number for each in named.service.ports] if named.service else []
    if not ports or port in ports:
        return named
    plural = "s are" if len(ports) > 1 else " is"
    text = f"{named.text}; it has no port {port}, its port{plural} {', '.join(map(str, ports))}"
    return msgspec.structs.replace(named, text=text)


def _address(scenario: Scenario, address: str) -> Named:
    owner = next((each for each in scenario.snapshot.services.values() if address in each.addresses), None)
    if owner is not None:
        return Named(address=address, service=owner, text=f"{address} is the address of {_title(owner)}")
    pod = next((each for each in scenario.snapshot.workloads.values() if each.address == address), None)
    if pod is not None:
        return Named(address=address, text=f"{address} is pod {pod.namespace}/{pod.name}")
    return Named(address=address, text=f"{address} is no address of the mesh")


def _services(scenario: Scenario, host: str, namespace: str) -> Iterator[Service]:
    """What the name may mean, in the order in which resolvers try: short names first; wildcards last."""
    domain = scenario.snapshot.settings.cluster_domain
    names = (f"{host}.{namespace}.svc.{domain}", f"{host}.svc.{domain}", f"{host}.{domain}", host)
    services = list(scenario.snapshot.services.values())
    for name in names:
        own = [each for each in services if each.hostname.lower() == name]
        yield from sorted(own, key=lambda each: each.namespace != namespace)
    wide = [each for each in services if is_wildcard(each.hostname) and covers(each.hostname, host)]
    yield from sorted(wide, key=lambda each: -len(each.hostname))


def _of_service(scenario: Scenario, host: str, service: Service) -> Named:
    if service.alias_of:
        return _of_alias(scenario, host, service)
    addresses = [each for each in service.addresses if "/" not in each]
    if addresses:
        text = f"{host} is {_title(service)}, which has the address {addresses[0]}"
        return Named(address=addresses[0], text=text, service=service)
    endpoints = [
        each.address
        for port in service.ports
        for each in scenario.snapshot.endpoints.get((service.namespace, service.hostname, port.number), ())
        if is_address(each.address)
    ]
    if endpoints:
        why = "which has no address of its own: one of its endpoints is dialled"
        text = f"{host} is {_title(service)}, {why}, here {endpoints[0]}"
        return Named(address=endpoints[0], text=text, service=service)
    text = f"{host} is {_title(service)}; a name server outside knows its address (taken as {OUTSIDE})"
    return Named(address=OUTSIDE, text=text, service=service)


def _of_alias(scenario: Scenario, host: str, alias: Service) -> Named:
    services = {each.hostname: each for each in scenario.snapshot.services.values()}
    name = stands_for(services, alias)
    if not name:
        text = f"{host} is {_title(alias)}, whose externalName leads back to itself: no name server knows its address"
        return Named(address=OUTSIDE, text=text, service=alias)
    target = services.get(name)
    named = _of_service(scenario, name, target) if target else _outside(name)
    text = f"{host} is {_title(alias)}, another name for {name}; {named.text}"
    return Named(address=named.address, text=text, service=named.service)


def _unknown(scenario: Scenario, host: str, namespace: str) -> Named:
    """A name that no service has; a short one may be a slip, or lack its namespace."""
    outside = _outside(host)
    if "." in host:
        return outside
    names = [(each.source.name, each.namespace) for each in scenario.snapshot.services.values()]
    elsewhere = sorted(f"{name}.{owner}" for name, owner in names if name == host.lower())
    meant = next(iter(elsewhere), "") or closest(host, [name for name, owner in names if owner == namespace])
    hint = f"; did you mean {meant}?" if meant else ""
    return msgspec.structs.replace(outside, text=outside.text + hint)


def _outside(host: str) -> Named:
    text = f"{host} is no name of the mesh: a name server outside must know it (its address is taken as {OUTSIDE})"
    return Named(address=OUTSIDE, text=text)


def _title(service: Service) -> str:
    return f"{service.source.kind} {service.source.namespace}/{service.source.name}"
