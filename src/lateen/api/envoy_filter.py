"""Istio `networking.istio.io` EnvoyFilter, as far as it is analyzed: no proxy's configuration is patched."""

from lateen.api.meta import JsonObject, Message, Resource


class ProxyMatch(Message):
    """Which proxies: a regular expression of their versions."""

    proxy_version: str = ""


class FilterMatch(Message):
    """A filter by name."""

    name: str = ""


class FilterChainMatch(Message):
    """A filter chain by one of its filters."""

    filter: FilterMatch = FilterMatch()


class ListenerMatch(Message):
    """Which listeners."""

    filter_chain: FilterChainMatch = FilterChainMatch()


class ObjectMatch(Message):
    """What a patch applies to."""

    proxy: ProxyMatch = ProxyMatch()
    listener: ListenerMatch = ListenerMatch()


class Patch(Message):
    """What is done, with a part of Envoy's configuration."""

    operation: str = ""
    value: JsonObject = {}


class ConfigPatch(Message):
    """One patch."""

    apply_to: str = ""
    match: ObjectMatch = ObjectMatch()
    patch: Patch | None = None


class EnvoyFilterSpec(Message):
    """Filters of lower priority are applied first."""

    config_patches: tuple[ConfigPatch, ...] = ()
    priority: int = 0


class EnvoyFilter(Resource):
    """Changes to what proxies are told."""

    spec: EnvoyFilterSpec = EnvoyFilterSpec()
