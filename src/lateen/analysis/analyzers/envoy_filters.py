"""Patches of EnvoyFilters must be of a kind that their targets take, and not depend on the order of filters.

IST0151 for an EnvoyFilter without priority with a patch that is made beside another (IST0155 where that other one is
for some versions of the proxy), IST0152, IST0153 and IST0154 for one that its target does not take.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import (
    ADD_PATCH,
    RELATIVE_PATCH,
    REMOVE_PATCH,
    REPLACE_PATCH,
    VERSIONED_PATCH,
    MessageType,
)
from lateen.api.envoy_filter import ConfigPatch, EnvoyFilter
from lateen.api.problem import Problem

_RELATIVE = frozenset({"REMOVE", "REPLACE", "INSERT_BEFORE", "INSERT_AFTER"})
_FIXED = frozenset({"ROUTE_CONFIGURATION", "HTTP_ROUTE"})
_REPLACEABLE = frozenset({"NETWORK_FILTER", "HTTP_FILTER", "VIRTUAL_HOST"})


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report patches that may not be applied."""
    versioned: set[str] = set()
    for source in config.of(EnvoyFilter):
        relative: dict[MessageType, Problem] = {}
        for place, patch in enumerate(source.spec.config_patches):
            if patch.patch is None:
                break
            path = f"spec.configPatches[{place}].patch.operation"
            operation, target = patch.patch.operation, patch.apply_to
            if wrong := _wrong_use(operation, target):
                yield wrong.at(source.ref, path, target=target)
            elif operation in _RELATIVE and not source.spec.priority:
                message = VERSIONED_PATCH if _filter_name(patch) in versioned else RELATIVE_PATCH
                relative.setdefault(message, message.at(source.ref, path, operation=operation))
            if patch.match.proxy.proxy_version:
                versioned.add(_filter_name(patch))
        yield from relative.values()


def _wrong_use(operation: str, target: str) -> MessageType | None:
    """Why the target doesn't take the operation."""
    if operation == "REPLACE":
        return None if target in _REPLACEABLE else REPLACE_PATCH
    return {"ADD": ADD_PATCH, "REMOVE": REMOVE_PATCH}.get(operation) if target in _FIXED else None


def _filter_name(patch: ConfigPatch) -> str:
    """The name of what is patched in, else of what it is patched beside."""
    value = patch.patch.value if patch.patch else {}
    return str(value.get("name") or patch.match.listener.filter_chain.filter.name) if value else ""
