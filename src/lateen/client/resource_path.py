"""The URL paths of the Kubernetes API."""

from urllib.parse import quote, urlencode


def resource_path(
    group: str, version: str, plural: str, *, namespace: str = "", name: str = "", subresource: str = ""
) -> str:
    """The path of a kind's list, of one resource, or of something below that one (`status`, `log`)."""
    parts = ["/apis", group, version] if group else ["/api", version]
    if namespace:
        parts += ["namespaces", quote(namespace, safe="")]
    parts.append(plural)
    if name:
        parts.append(quote(name, safe=":"))
    if subresource:
        parts.append(subresource)
    return "/".join(parts)


def with_query(path: str, **parameters: str | int | bool | None) -> str:
    """`path` with those parameters that are neither None nor empty; True is `true`."""
    pairs = {key: _text(value) for key, value in parameters.items() if value not in (None, "", False)}
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _text(value: str | int | bool | None) -> str:
    return "true" if value is True else str(value)
