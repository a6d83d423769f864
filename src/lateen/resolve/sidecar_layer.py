"""The listeners and routes of workloads for which a Sidecar is in force."""

from dataclasses import replace

import msgspec

from lateen.api.problem import Problem, Severity
from lateen.api.sidecar import OutboundTrafficPolicy, Sidecar
from lateen.ir.config import Layer
from lateen.ir.names import BLACK_HOLE_CLUSTER, PASSTHROUGH_CLUSTER, Side, subset_key
from lateen.lib.memo import Memo
from lateen.model.settings import MeshSettings, OutboundMode
from lateen.resolve.destinations import REFERENCE
from lateen.resolve.imports import Imports
from lateen.resolve.layers import Endpoints, MeshView, made_layer
from lateen.resolve.outbound import resolve_outbound
from lateen.resolve.scope import Scope
from lateen.resolve.view import OutboundView


def sidecar_layer(  # noqa: PLR0913, PLR0917 - stages compare each input by itself
    memo: Memo,
    view: MeshView,
    clusters: frozenset[str],
    imports: Imports,
    headless: Endpoints,
    settings: MeshSettings,
    sidecar: Sidecar,
    everything: MeshView,
    *,
    scope: Scope,
) -> Layer:
    """What the sidecars of a scope are told. `everything` is what they would see without the Sidecar."""
    policy = sidecar.spec.outbound_traffic_policy
    elsewhere, problems = _elsewhere(sidecar, clusters)
    whole = OutboundView(
        settings=memo.recall("settings", _with_policy, settings, policy),
        scope=scope,
        services=everything.services,
        by_hostname=everything.by_hostname,
        virtual_services=(),
        clusters=clusters,
        rules=everything.rules,
        headless=headless,
        memo=memo.part("whole"),
        elsewhere=elsewhere,
    )
    views = (
        replace(
            whole,
            services=egress.services,
            by_hostname=view.by_hostname,
            virtual_services=egress.virtual_services,
            rules=view.rules,
            memo=memo.part(position),
            place=egress.place,
            whole=whole,
        )
        for position, egress in enumerate(imports.egress)
    )
    found = resolve_outbound(memo, *views)
    return made_layer(memo, replace(found, problems=(*found.problems, *problems)))


def _with_policy(settings: MeshSettings, policy: OutboundTrafficPolicy | None) -> MeshSettings:
    return msgspec.structs.replace(settings, outbound_mode=OutboundMode(policy.mode)) if policy else settings


def _elsewhere(sidecar: Sidecar, clusters: frozenset[str]) -> tuple[str, tuple[Problem, ...]]:
    """The cluster for unknown destinations, and what is wrong with the Sidecar's choice of it."""
    policy = sidecar.spec.outbound_traffic_policy
    proxy = policy.egress_proxy if policy else None
    if proxy is None:
        return PASSTHROUGH_CLUSTER, ()
    cluster = subset_key(Side.OUTBOUND, proxy.subset, proxy.host, proxy.port.number if proxy.port else 0)
    if cluster in clusters:
        return cluster, ()
    message = f"the Sidecar imports no {proxy.host} like this: what goes to unknown hosts is answered 503, or closed"
    hint = "add it to the hosts of egress; check its port and its subset"
    path = "spec.outboundTrafficPolicy.egressProxy"
    return BLACK_HOLE_CLUSTER, (Problem(sidecar.ref, path, REFERENCE, Severity.ERROR, message, hint),)
