"""Gateways on the same workloads must not serve the same host on the same port.

IST0145 for each server that does; to the oldest of them, which is in force, it is a warning.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import GATEWAY_CONFLICT
from lateen.analysis.subject import full_name, selector_text
from lateen.api.gateway import Gateway, Server
from lateen.api.problem import Problem
from lateen.model.legacy.outcome import age_of, sources_of
from lateen.model.selection import selects

_Served = dict[tuple[int, str, str], dict[str, Gateway]]
"""Gateways by `namespace/name`, by (port, bind address, host)."""


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report each server that another Gateway has too. Those that Ingresses became share their ports."""
    gateways = [gateway for gateway in config.of(Gateway) if not sources_of(gateway)]
    served: _Served = {}
    for gateway in gateways:
        for server in gateway.spec.servers:
            for key in _keys(server):
                served.setdefault(key, {})[full_name(gateway)] = gateway
    for gateway in gateways:
        for place, server in enumerate(gateway.spec.servers):
            others = _others(config, gateway, server, served)
            if others:
                facts = {
                    "gateways": ",".join(sorted(others)),
                    "selector": selector_text(gateway.spec.selector),
                    "port": str(server.port.number),
                    "hosts": ",".join(server.hosts),
                }
                in_force = age_of(gateway) < min(map(age_of, others.values()))
                yield GATEWAY_CONFLICT.among(gateway.ref, f"spec.servers[{place}]", in_force=in_force, **facts)


def _others(config: Configuration, gateway: Gateway, server: Server, served: _Served) -> dict[str, Gateway]:
    found: dict[str, Gateway] = {}
    for key in _keys(server):
        for name, other in served[key].items():
            if other is not gateway and name not in found and _share_workloads(config, gateway, other):
                found[name] = other
    return found


def _share_workloads(config: Configuration, one: Gateway, other: Gateway) -> bool:
    mine, theirs = one.spec.selector, other.spec.selector
    if mine == theirs:
        return True
    if not selects(mine, theirs) and not selects(theirs, mine):
        return False
    return next(config.workloads.selected({**mine, **theirs}), None) is not None


def _keys(server: Server) -> Iterator[tuple[int, str, str]]:
    for host in server.hosts:
        yield server.port.number, server.bind, host
