"""A delegate's route within the route that delegates to it (Istio `MergeHTTPRoutes`)."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from lateen.api.virtual_service import HTTPMatchRequest, HTTPRoute, StringMatch


def merge_route(root: HTTPRoute, leaf: HTTPRoute) -> HTTPRoute | None:
    """The delegate's route with what only the root says filled in, field by field and never inside of one.

    `None` where no request fits both.
    """
    matches = merge_matches(root.match, leaf.match)
    if matches is None:
        return None
    return replace(
        leaf,
        name=_joined(root.name, leaf.name),
        match=matches,
        delegate=None,
        rewrite=leaf.rewrite or root.rewrite,
        direct_response=leaf.direct_response or root.direct_response,
        timeout=root.timeout if leaf.timeout is None else leaf.timeout,
        retries=leaf.retries or root.retries,
        fault=leaf.fault or root.fault,
        mirror=leaf.mirror or root.mirror,
        mirrors=leaf.mirrors or root.mirrors,
        mirror_percent=root.mirror_percent if leaf.mirror_percent is None else leaf.mirror_percent,
        legacy_mirror_percent=(
            root.legacy_mirror_percent if leaf.legacy_mirror_percent is None else leaf.legacy_mirror_percent
        ),
        mirror_percentage=leaf.mirror_percentage or root.mirror_percentage,
        cors_policy=leaf.cors_policy or root.cors_policy,
        headers=leaf.headers or root.headers,
    )


def merge_matches(
    roots: Sequence[HTTPMatchRequest], leaves: Sequence[HTTPMatchRequest]
) -> tuple[HTTPMatchRequest, ...] | None:
    """Every match of the delegate within every one of the root that holds it; `None` if one is held by none."""
    if not roots or not leaves:
        return tuple(leaves or roots)
    merged: list[HTTPMatchRequest] = []
    for leaf in leaves:
        fitting = [_merge_match(root, leaf) for root in roots if not conflicts(root, leaf)]
        if not fitting:
            return None
        merged += fitting
    return tuple(merged)


def _merge_match(root: HTTPMatchRequest, leaf: HTTPMatchRequest) -> HTTPMatchRequest:
    return replace(
        leaf,
        name=_joined(root.name, leaf.name),
        uri=leaf.uri or root.uri,
        scheme=leaf.scheme or root.scheme,
        method=leaf.method or root.method,
        authority=leaf.authority or root.authority,
        headers=root.headers | leaf.headers,
        without_headers=root.without_headers | leaf.without_headers,
        query_params=root.query_params | leaf.query_params,
        port=leaf.port or root.port,
        source_labels=root.source_labels | leaf.source_labels,
        source_namespace=leaf.source_namespace or root.source_namespace,
        gateways=leaf.gateways or root.gateways,
        stat_prefix=leaf.stat_prefix or root.stat_prefix,
    )


def _joined(root: str, leaf: str) -> str:
    return f"{root}-{leaf}" if root and leaf else leaf or root


def conflicts(root: HTTPMatchRequest, leaf: HTTPMatchRequest) -> bool:
    """Whether the delegate's match asks for anything that the root's does not hold (`hasConflict`)."""
    return (
        any(_strays(mine, its) for mine, its in _texts(root, leaf))
        or root.ignore_uri_case != leaf.ignore_uri_case
        or (root.port > 0 and leaf.port > 0 and root.port != leaf.port)
        or (root.source_namespace not in {"", leaf.source_namespace})
        or any(root.source_labels.get(key, value) != value for key, value in leaf.source_labels.items())
        or bool(root.gateways and leaf.gateways and not set(leaf.gateways) <= set(root.gateways))
    )


def _texts(root: HTTPMatchRequest, leaf: HTTPMatchRequest) -> Iterator[tuple[StringMatch | None, StringMatch | None]]:
    yield from ((root.uri, leaf.uri), (root.scheme, leaf.scheme))
    yield from ((root.method, leaf.method), (root.authority, leaf.authority))
    maps: tuple[tuple[Mapping[str, StringMatch], Mapping[str, StringMatch]], ...] = (
        (root.headers, leaf.headers),
        (root.without_headers, leaf.without_headers),
        (root.query_params, leaf.query_params),
    )
    for mine, its in maps:
        yield from ((mine.get(key), value) for key, value in its.items())


def _strays(root: StringMatch | None, leaf: StringMatch | None) -> bool:
    """Whether some text fits `leaf` but not `root`; of two conditions one of which is a regex that can't be told."""
    if root is None or leaf is None:
        return False
    if (root.regex and (leaf.regex or leaf.prefix or leaf.exact)) or (leaf.regex and (root.prefix or root.exact)):
        return True
    if root.exact:
        return leaf.exact != root.exact
    if root.prefix and (leaf.prefix or leaf.exact):
        return not (leaf.prefix or leaf.exact or "").startswith(root.prefix)
    return True
