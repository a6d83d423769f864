"""The columns of Ingresses and their classes. Rules: Kubernetes' printers."""

from datetime import datetime
from typing import Final

from lateen.api.column import AGE, NAME, NONE, Column, maps_at, path_column, value_at
from lateen.api.meta import JsonObject

_HOSTS_SHOWN: Final = 3


def _hosts(body: JsonObject, now: datetime) -> str:
    hosts = [str(rule["host"]) for rule in maps_at(body, "spec", "rules") if rule.get("host")]
    more = f" + {len(hosts) - _HOSTS_SHOWN} more..." if len(hosts) > _HOSTS_SHOWN else ""
    return ",".join(hosts[:_HOSTS_SHOWN]) + more or "*"


def _address(body: JsonObject, now: datetime) -> str:
    given = maps_at(body, "status", "loadBalancer", "ingress")
    return ",".join(str(each.get("ip") or each.get("hostname")) for each in given)


def _ports(body: JsonObject, now: datetime) -> str:
    return "80, 443" if value_at(body, "spec", "tls") else "80"


INGRESS_COLUMNS: Final = (
    NAME,
    path_column("Class", "spec", "ingressClassName", absent=NONE),
    Column("Hosts", "string", 0, _hosts),
    Column("Address", "string", 0, _address),
    Column("Ports", "string", 0, _ports),
    AGE,
)
INGRESS_CLASS_COLUMNS: Final = (
    NAME,
    path_column("Controller", "spec", "controller"),
    path_column("Parameters", "spec", "parameters", "name", absent=NONE),
    AGE,
)
