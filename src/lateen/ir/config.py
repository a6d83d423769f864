"""A proxy's configuration, as layers that several proxies may share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lateen.api.problem import Problem
from lateen.ir.cluster import Cluster
from lateen.ir.endpoint import LoadAssignment
from lateen.ir.listener import Listener
from lateen.ir.route import RouteConfig
from lateen.ir.secret import Secret


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Resources by name. The same object serves every proxy that sees the same: compare layers by identity first.

    A layer built from a later snapshot holds the *same* value objects wherever nothing changed.
    """

    name: str
    listeners: Mapping[str, Listener] = field(default_factory=dict)
    clusters: Mapping[str, Cluster] = field(default_factory=dict)
    endpoints: Mapping[str, LoadAssignment] = field(default_factory=dict)
    routes: Mapping[str, RouteConfig] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ProxyConfig:
    """What one proxy is told: the union of its layers, whose names don't collide."""

    layers: tuple[Layer, ...]
