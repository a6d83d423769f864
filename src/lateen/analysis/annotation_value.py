"""What values Istio's annotations may have. Rule: `AnnotationValidation` of Istio's injector."""

import ipaddress
import re
from collections.abc import Callable
from typing import Final

from lateen.api.codec import from_yaml
from lateen.validation.quantity import is_quantity

_INTERFACE: Final = re.compile(r"[^\s/:]{1,15}")


def defect_of(annotation: str, value: str) -> str:
    """What is wrong with the value of an annotation; "" where nothing is, or nothing is known."""
    check = _CHECKS.get(annotation)
    return check(value) if check else ""


def _number(value: str) -> str:
    fits = value.isascii() and value.isdigit() and int(value) < 2**32
    return "" if fits else f'"{value}" is no number from 0 to {2**32 - 1}'


def _flag(value: str) -> str:
    known = {"1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"}
    return "" if value in known else f'"{value}" is neither true nor false'


def _port(value: str) -> str:
    word = value.strip()
    return "" if word.isascii() and word.isdigit() and int(word) < 2**16 else f'"{word}" is no port number'


def _ports(value: str) -> str:
    return next(filter(None, map(_port, value.split(","))), "") if value.strip() else ""


def _any_or_ports(value: str) -> str:
    return "" if value == "*" else _ports(value)


def _ranges(value: str) -> str:
    for word in value.split(",") if value else ():
        try:
            ipaddress.ip_network(word, strict=False)
        except ValueError:
            return f'"{word}" is no address range; write 10.0.0.0/16'
        if "/" not in word:
            return f'"{word}" has no prefix length; write {word}/32'
    return ""


def _any_or_ranges(value: str) -> str:
    return "" if value == "*" else _ranges(value)


def _interfaces(value: str) -> str:
    wrong = (word for word in value.split(",") if word and not _INTERFACE.fullmatch(word.strip()))
    return next((f'"{word}" is no name of an interface' for word in wrong), "")


def _capture_mode(value: str) -> str:
    known = ("REDIRECT", "TPROXY", "NONE")
    return "" if value in known else f'"{value}" is none of {", ".join(known)}'


def _amount(value: str) -> str:
    return "" if is_quantity(value) else f'"{value}" is no quantity; write 100m, 128Mi or 1'


def _mapping(value: str) -> str:
    try:
        if value.strip():
            from_yaml(value)
    except ValueError as failure:
        return f"it is no YAML map: {failure}"
    return ""


_CHECKS: Final[dict[str, Callable[[str], str]]] = {
    "sidecar.istio.io/interceptionMode": _capture_mode,
    "status.sidecar.istio.io/port": _port,
    "readiness.status.sidecar.istio.io/initialDelaySeconds": _number,
    "readiness.status.sidecar.istio.io/periodSeconds": _number,
    "readiness.status.sidecar.istio.io/failureThreshold": _number,
    "traffic.sidecar.istio.io/includeOutboundIPRanges": _any_or_ranges,
    "traffic.sidecar.istio.io/excludeOutboundIPRanges": _ranges,
    "traffic.sidecar.istio.io/includeInboundPorts": _any_or_ports,
    "traffic.sidecar.istio.io/excludeInboundPorts": _ports,
    "traffic.sidecar.istio.io/excludeOutboundPorts": _ports,
    "traffic.sidecar.istio.io/excludeInterfaces": _interfaces,
    "traffic.sidecar.istio.io/kubevirtInterfaces": _interfaces,
    "istio.io/reroute-virtual-interfaces": _interfaces,
    "prometheus.istio.io/merge-metrics": _flag,
    "proxy.istio.io/config": _mapping,
    "sidecar.istio.io/proxyCPU": _amount,
    "sidecar.istio.io/proxyMemory": _amount,
    "sidecar.istio.io/proxyCPULimit": _amount,
    "sidecar.istio.io/proxyMemoryLimit": _amount,
}
