"""What an HTTP route does: forward, redirect or answer (Istio `TranslateRoute`, `applyHTTPRouteDestination`)."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from lateen.api.virtual_service import (
    HTTPDirectResponse,
    HTTPRedirect,
    HTTPRetry,
    HTTPRoute,
    HTTPRouteDestination,
    Percent,
)
from lateen.ir.route import (
    DirectResponse,
    Forward,
    HashOn,
    Mirror,
    Redirect,
    RegexRewrite,
    WeightedCluster,
)
from lateen.resolve.destinations import cluster_for, cluster_or_black_hole, hash_for
from lateen.resolve.hash_policy import hash_on
from lateen.resolve.http_fault import MILLION, share_of
from lateen.resolve.http_headers import header_edits
from lateen.resolve.http_retry import retry_policy
from lateen.resolve.rules import Rule, target_of
from lateen.resolve.view import OutboundView

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the requests of a route come in: the port clients dial, `mesh` or a Gateway, and whether over TLS."""

    port: int
    gateway: str
    tls: bool = False


def action_for(
    view: OutboundView, rule: Rule, route: HTTPRoute, at: Listening
) -> Forward | Redirect | DirectResponse | None:
    """The action, or `None` for a route that says nothing about where requests go."""
    if route.redirect is not None:
        return redirect(route.redirect, at)
    if route.direct_response is not None:
        return direct_response(route.direct_response)
    return _forward(view, rule, route, at) if route.route else None


def default_forward(cluster: str, hashed: HashOn | None, retries: HTTPRetry) -> Forward:
    """Forwarding where no rule says otherwise: no timeout, the mesh's retries."""
    return Forward(
        clusters=(WeightedCluster(cluster=cluster),),
        retry=retry_policy(retries),
        hash_on=(hashed,) if hashed else (),
    )


def _forward(view: OutboundView, rule: Rule, route: HTTPRoute, at: Listening) -> Forward | DirectResponse:
    chosen = _weighted(route)
    if not chosen:
        return DirectResponse(status=503)
    hashed = tuple(dict.fromkeys(_hashes(view, rule, chosen, at)))
    timeout = route.timeout.milliseconds if route.timeout else 0
    uri, regex = _rewrite(route)
    return Forward(
        clusters=tuple(_cluster(view, rule, each, at) for each in chosen),
        timeout_ms=timeout,
        max_grpc_timeout_ms=timeout,
        retry=retry_policy(route.retries or view.settings.retries, sticky=bool(hashed) and len(chosen) == 1),
        mirrors=tuple(_mirrors(view, rule, route, at)),
        prefix_rewrite=uri,
        regex_rewrite=regex,
        host_rewrite=_authority(route),
        hash_on=hashed,
    )


def _weighted(route: HTTPRoute) -> tuple[HTTPRouteDestination, ...]:
    """The targets that get requests: a single one whatever its weight, of several those that have one."""
    if len(route.route) == 1:
        return route.route
    return tuple(each for each in route.route if each.weight > 0)


def _cluster(view: OutboundView, rule: Rule, each: HTTPRouteDestination, at: Listening) -> WeightedCluster:
    edits = header_edits(each.headers)
    target = target_of(each.destination, rule.namespace, view.settings.cluster_domain)
    return WeightedCluster(
        cluster=cluster_or_black_hole(view, target, at.port),
        weight=max(each.weight, 1),
        host_rewrite=edits.authority,
        request=edits.request,
        response=edits.response,
    )


def _hashes(
    view: OutboundView, rule: Rule, chosen: tuple[HTTPRouteDestination, ...], at: Listening
) -> Iterator[HashOn]:
    for each in chosen:
        target = target_of(each.destination, rule.namespace, view.settings.cluster_domain)
        hashed = hash_on(hash_for(view, target, at.port))
        if hashed is not None:
            yield hashed


def _rewrite(route: HTTPRoute) -> tuple[str, RegexRewrite | None]:
    if route.rewrite is None:
        return "", None
    regex = route.rewrite.uri_regex_rewrite
    if regex is not None:
        return "", RegexRewrite(match=regex.match, substitution=regex.rewrite)
    return route.rewrite.uri, None


def _authority(route: HTTPRoute) -> str:
    """The host to send: `rewrite.authority` before a header of that name."""
    rewritten = route.rewrite.authority if route.rewrite else ""
    return rewritten or header_edits(route.headers).authority


def _mirrors(view: OutboundView, rule: Rule, route: HTTPRoute, at: Listening) -> Iterator[Mirror]:
    """Copies go to clusters that exist; Envoy drops the others without a word."""
    wanted = [(route.mirror, _mirror_share(route))] if route.mirror else []
    wanted += [(each.destination, _share(each.percentage)) for each in route.mirrors]
    for destination, share in wanted:
        target = target_of(destination, rule.namespace, view.settings.cluster_domain)
        cluster = cluster_for(view, target, at.port)
        if cluster is not None and share > 0:
            yield Mirror(cluster=cluster, share=share)


def _mirror_share(route: HTTPRoute) -> int:
    """All requests, unless told otherwise; the two integer fields are older names of `mirrorPercentage`."""
    if route.mirror_percentage is not None:
        return share_of(route.mirror_percentage)
    older = route.mirror_percent if route.mirror_percent is not None else route.legacy_mirror_percent
    return MILLION if older is None else older * 10_000


def _share(percentage: Percent | None) -> int:
    return share_of(percentage, MILLION)


def redirect(asked: HTTPRedirect, at: Listening) -> Redirect:
    """A redirect. The request's port is the listener's, and the default port of the scheme is left out."""
    return Redirect(
        code=asked.redirect_code if asked.redirect_code in _REDIRECTS else 301,
        host=asked.authority,
        path="" if asked.prefix_rewrite else asked.uri,
        prefix=asked.prefix_rewrite,
        scheme=asked.scheme,
        port=_redirect_port(asked, at),
    )


def _redirect_port(asked: HTTPRedirect, at: Listening) -> int | None:
    port = at.port if asked.derive_port == "FROM_REQUEST_PORT" else asked.port
    scheme = asked.scheme or ("https" if at.tls else "http")
    return None if (scheme, port) in {("http", 80), ("https", 443)} else port or None


def direct_response(asked: HTTPDirectResponse) -> DirectResponse:
    """A fixed answer; bodies given as base64 need not be text."""
    body = asked.body
    if body is not None and body.bytes is not None:
        return DirectResponse(status=asked.status, body_bytes=base64.b64decode(body.bytes))
    return DirectResponse(status=asked.status, body=body.string or "" if body else "")
