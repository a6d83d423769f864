"""What is known about one kind of resource."""

from dataclasses import dataclass

from lateen.api.column import Column
from lateen.api.meta import Resource


@dataclass(frozen=True, slots=True, eq=False)
class KindInfo:
    """One line of the table of kinds.

    `id` is the kind's name in `ResourceRef`; it differs from `kind` only where two groups use the same word.
    `versions` starts with the one that is stored; `elders` are versions of other groups, served too.
    """

    id: str
    kind: str
    group: str
    versions: tuple[str, ...]
    plural: str
    singular: str
    struct: type[Resource]
    columns: tuple[Column, ...]
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    namespaced: bool = True
    status_subresource: bool = False
    elders: tuple[tuple[str, str], ...] = ()

    @property
    def group_versions(self) -> tuple[tuple[str, str], ...]:
        """Every (group, version) it is served in, the stored one first."""
        return (*((self.group, version) for version in self.versions), *self.elders)

    @property
    def api_versions(self) -> tuple[str, ...]:
        """Every value `apiVersion` may have, the stored one first."""
        return tuple(f"{group}/{version}" if group else version for group, version in self.group_versions)

    @property
    def api_version(self) -> str:
        """The `apiVersion` that is stored."""
        return self.api_versions[0]

    @property
    def resource_name(self) -> str:
        """How kubectl names it: `pods`, `virtualservices.networking.istio.io`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural
