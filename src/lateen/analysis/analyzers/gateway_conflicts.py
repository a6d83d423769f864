"""Gateways on the same workloads must not serve the same host on the same port.

IST0145 for each server that does. To those in force it is a warning: to the oldest, and to all if they speak plain
HTTP, for then their routes are joined.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import GATEWAY_CONFLICT
from lateen.analysis.subject import full_name, selector_text
from lateen.api.gateway import Gateway, Server
from lateen.api.problem import Problem
from lateen.model.legacy.outcome import age_of, sources_of
from lateen.model.protocol import parse_protocol
from lateen.model.selection import selects

_Served = dict[tuple[int, str, str], dict[str, tuple[Gateway, Server]]]
"""Gateways by `namespace/name`, with their server, by (port, bind address, host)."""


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report each server that another Gateway has too. Those that Ingresses became share their ports."""
    gateways = [gateway for gateway in config.of(Gateway) if not sources_of(gateway)]
    served: _Served = {}
    for gateway in gateways:
        for server in gateway.spec.servers:
            for key in _keys(server):
                served.setdefault(key, {})[full_name(gateway)] = gateway, server
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
                oldest = age_of(gateway) < min(age_of(other) for other, _ in others.values())
                in_force = oldest or all(map(_is_plain, (server, *(theirs for _, theirs in others.values()))))
                yield GATEWAY_CONFLICT.among(gateway.ref, f"spec.servers[{place}]", in_force=in_force, **facts)


def _others(
    config: Configuration, gateway: Gateway, server: Server, served: _Served
) -> dict[str, tuple[Gateway, Server]]:
    found: dict[str, tuple[Gateway, Server]] = {}
    for key in _keys(server):
        for name, (other, theirs) in served[key].items():
            if other is not gateway and name not in found and _share_workloads(config, gateway, other):
                found[name] = other, theirs
    return found


def _is_plain(server: Server) -> bool:
    return parse_protocol(server.port.protocol).is_http


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
