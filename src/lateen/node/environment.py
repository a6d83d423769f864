"""A container's environment variables. Rule source: Kubernetes' `EnvVar` and `EnvFromSource`."""

import re
from collections.abc import Iterable, Mapping

from lateen.api.container import Container, EnvVar
from lateen.node.pod_fields import PodFields
from lateen.node.sources import ConfigError, Sources, values_of

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_REFERENCE = re.compile(r"\$(\$|\(([^()]+)\))")


def build_environment(
    container: Container, fields: PodFields, sources: Sources, defaults: Mapping[str, str]
) -> dict[str, str]:
    """The variables of `container`, over `defaults`. Raises ConfigError for a source that is missing."""
    meta = fields.pod.metadata
    env = {"PATH": PATH, "HOME": "/root", "HOSTNAME": hostname(fields), **defaults}
    env |= _from_sources(container, meta.namespace, sources)
    for variable in container.env:
        value = _value(variable, container, fields, sources)
        if value is not None:
            env[variable.name] = expand(value, env)
    return env


def hostname(fields: PodFields) -> str:
    """The pod's host name."""
    return fields.pod.spec.hostname or fields.pod.metadata.name[:63].rstrip("-.")


def expand(text: str, env: Mapping[str, str]) -> str:
    """`$(NAME)` replaced by that variable; unknown names stay, `$$` is a dollar sign."""

    def replacement(match: re.Match[str]) -> str:
        return "$" if match[1] == "$" else env.get(match[2], match[0])

    return _REFERENCE.sub(replacement, text)


def expand_all(words: Iterable[str], env: Mapping[str, str]) -> list[str]:
    """`expand` for each word of a command."""
    return [expand(word, env) for word in words]


def _from_sources(container: Container, namespace: str, sources: Sources) -> dict[str, str]:
    env: dict[str, str] = {}
    for each in container.env_from:
        for kind, source in (("configmap", each.config_map_ref), ("secret", each.secret_ref)):
            if source is not None:
                values = values_of(sources, kind, namespace, source.name, optional=source.optional)
                env |= {each.prefix + key: value.decode(errors="replace") for key, value in (values or {}).items()}
    return env


def _value(variable: EnvVar, container: Container, fields: PodFields, sources: Sources) -> str | None:
    source = variable.value_from
    if source is None:
        return variable.value
    if source.field_ref:
        return fields.value(source.field_ref.field_path)
    if source.resource_field_ref:
        return fields.resource(source.resource_field_ref, container)
    for kind, ref in (("configmap", source.config_map_key_ref), ("secret", source.secret_key_ref)):
        if ref is not None:
            values = values_of(sources, kind, fields.pod.metadata.namespace, ref.name, optional=ref.optional) or {}
            if ref.key not in values and not ref.optional:
                where = f"{fields.pod.metadata.namespace}/{ref.name}"
                raise ConfigError(f"couldn't find key {ref.key} in {kind} {where}")
            return values[ref.key].decode(errors="replace") if ref.key in values else None
    return ""
