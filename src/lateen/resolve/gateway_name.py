"""What a VirtualService is bound to: `mesh`, or a Gateway."""

MESH = "mesh"
"""The word that binds a rule to sidecars."""


def gateway_name(name: str, namespace: str) -> str:
    """`mesh`, or a Gateway as `namespace/name` (`resolveGatewayName`; `name.namespace.svc…` is its oldest form)."""
    if name == MESH:
        return name
    owner, slash, short = name.partition("/")
    if slash:
        return f"{namespace if owner == '.' else owner}/{short}"
    short, dot, rest = name.partition(".")
    return f"{rest.partition('.')[0] if dot else namespace}/{short}"
