"""Encoded resources of one type in one layer, shared by every proxy that has the layer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from lateen.ir.value import Value

PARTS_KEPT = 64


@dataclass(slots=True, eq=False)
class Encoded:
    """One resource, ready to send. `chunk` is a whole `resources` entry of a DeltaDiscoveryResponse.

    `version` is a hash of the resource's bytes, so that it outlives a restart of the control plane. `value` is the IR
    value it was made from, `before` the one that it replaced. `needs` are the resources of the dependent type that a
    client asks for when it takes this one: a cluster's endpoints, a listener's route configurations.
    """

    name: str
    version: str
    chunk: bytes = field(repr=False)
    value: Value | None = None
    before: Value | None = None
    needs: tuple[str, ...] = ()


@dataclass(slots=True, eq=False, frozen=True)
class Part:
    """Some resources of one sheet as the bytes of a response; `chunk` goes to many streams."""

    resources: tuple[Encoded, ...]
    chunk: bytes = field(repr=False)
    names: frozenset[str]
    needs: frozenset[str]


@dataclass(slots=True, eq=False, frozen=True)
class Changes:
    """What distinguishes one sheet from an older one, by name."""

    changed: frozenset[str]
    gone: frozenset[str]


class Sheet:
    """Resources of one type in one layer. Compare sheets by identity first: an unchanged one is the same object."""

    __slots__ = ("__weakref__", "_changes", "_names", "_parts", "layer", "resources")

    def __init__(self, layer: str, resources: Mapping[str, Encoded]) -> None:
        self.layer = layer
        self.resources = resources
        self._names: frozenset[str] | None = None
        self._parts: dict[frozenset[str], Part] | None = None
        self._changes: WeakKeyDictionary[Sheet, Changes] | None = None

    @property
    def names(self) -> frozenset[str]:
        """The names of all resources."""
        if self._names is None:
            self._names = frozenset(self.resources)
        return self._names

    def part(self, names: frozenset[str]) -> Part:
        """The resources called `names`, all of which exist; computed once for all streams that ask for the same."""
        if self._parts is None or len(self._parts) >= PARTS_KEPT:
            self._parts = {}
        found = self._parts.get(names)
        if found is None:
            found = self._parts[names] = self._select(names)
        return found

    def _select(self, names: frozenset[str]) -> Part:
        chosen = tuple(resource for name, resource in self.resources.items() if name in names)
        chunk = b"".join([resource.chunk for resource in chosen])
        return Part(chosen, chunk, names, frozenset(need for resource in chosen for need in resource.needs))

    def changes_from(self, old: "Sheet") -> Changes:
        """What a holder of `old` lacks or has too much; computed once for all streams at `old`."""
        if self._changes is None:
            self._changes = WeakKeyDictionary()
        found = self._changes.get(old)
        if found is None:
            found = self._changes[old] = self._compare(old)
        return found

    def _compare(self, old: "Sheet") -> Changes:
        if not old.resources:
            return Changes(self.names, frozenset())
        before = old.resources
        changed = (
            name
            for name, resource in self.resources.items()
            if (was := before.get(name)) is not resource and (was is None or was.version != resource.version)
        )
        return Changes(frozenset(changed), frozenset(before.keys() - self.resources.keys()))


EMPTY = Sheet("", {})
"""No resources."""

Sheets = tuple[Sheet, ...]
"""What one proxy has of one type: a sheet per layer, whose names don't collide."""


def find(sheets: Sheets, name: str) -> Encoded | None:
    """The resource called `name`, in whichever sheet."""
    for sheet in sheets:
        found = sheet.resources.get(name)
        if found is not None:
            return found
    return None


def everything(sheets: Sheets) -> Iterator[Encoded]:
    """All resources of all sheets."""
    for sheet in sheets:
        yield from sheet.resources.values()


def moves(old: Sheets, new: Sheets) -> Iterable[tuple[Sheet, Sheet]]:
    """Pairs of an old sheet and the new one of the same layer, where they differ."""
    if len(old) == len(new) and all(was.layer == now.layer for was, now in zip(old, new, strict=True)):
        return [(was, now) for was, now in zip(old, new, strict=True) if was is not now]
    before = {sheet.layer: sheet for sheet in old}
    after = {sheet.layer for sheet in new}
    pairs = [(before.get(sheet.layer, EMPTY), sheet) for sheet in new]
    pairs += [(sheet, EMPTY) for sheet in old if sheet.layer not in after]
    return [(was, now) for was, now in pairs if was is not now]
