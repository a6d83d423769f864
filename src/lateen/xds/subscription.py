"""What one client asked for of one resource type, and what it was told."""

from collections import deque
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from lateen.xds.nack import blamed, rest_applied
from lateen.xds.response import Delta
from lateen.xds.sheet import Encoded, Sheet, Sheets, find, moves

UNTOLD = ""
NOTHING: frozenset[str] = frozenset()


@dataclass(slots=True, frozen=True, eq=False)
class Rejection:
    """A resource that the client refused, and its words."""

    resource: Encoded
    message: str


@dataclass(slots=True, frozen=True, eq=False)
class Sent:
    """A response that waits for its ACK or NACK."""

    nonce: str
    delta: Delta


class Subscription:
    """One type on one stream.

    The client holds what `base` has of the subscribed names, except `exceptions`: names at another version, or UNTOLD
    when it must be told whatever it holds. So a thousand clients at the same place share all their state.
    """

    __slots__ = (
        "_count",
        "_counted",
        "base",
        "exceptions",
        "flight",
        "names",
        "owes",
        "rejected",
        "resumed",
        "type_url",
        "wildcard",
    )

    def __init__(self, type_url: str) -> None:
        self.type_url = type_url
        self.wildcard = False
        self.names = NOTHING
        self.base: Sheets = ()
        self.exceptions: dict[str, str] = {}
        self.rejected: dict[str, Rejection] = {}
        self.flight: deque[Sent] = deque()
        self.owes = False
        self.resumed = False
        self._counted = -1
        self._count = 0

    def wants(self, name: str) -> bool:
        """Whether the client asked for `name`."""
        return self.wildcard or name in self.names

    def nonce(self, version: int) -> str:
        """A nonce new to this stream, but equal on all streams that are told the same."""
        self._count = self._count + 1 if self._counted == version else 0
        self._counted = version
        return f"{version}-{self._count}"

    def subscribe(self, names: frozenset[str]) -> None:
        """Add names. They are answered even if the client should have them: it may have forgotten them."""
        if not self.names and not self.wildcard:
            self.base = ()
        else:
            self.exceptions.update(dict.fromkeys(names, UNTOLD))
        for name in names & self.rejected.keys():
            del self.rejected[name]
        self.names = self.names | names if self.names else names

    def subscribe_all(self) -> None:
        """Add the wildcard."""
        self.wildcard = True
        self.base = ()

    def unsubscribe(self, names: frozenset[str]) -> None:
        """Take names away; the client forgets them, unless the wildcard brings them back."""
        self.names = self.names - names
        for name in names:
            self.rejected.pop(name, None)
            self.exceptions.pop(name, None)
            if self.wildcard:
                self.exceptions[name] = UNTOLD

    def unsubscribe_all(self) -> None:
        """Take the wildcard away; the client forgets what it did not ask for by name."""
        self.wildcard = False
        self.exceptions = {name: version for name, version in self.exceptions.items() if name in self.names}
        self.rejected = {name: rejection for name, rejection in self.rejected.items() if name in self.names}

    def resume(self, versions: Mapping[str, str]) -> None:
        """The client holds these versions from an earlier stream."""
        self.base = ()
        self.resumed = True
        self.exceptions = {name: version for name, version in versions.items() if self.wants(name)}

    def advance(self, target: Sheets) -> Delta | None:
        """Go on to `target`: what to add and change, and which names asked for don't exist.

        Names that the client holds and `target` lacks are kept for `remove`.
        """
        fresh = not self.base and bool(self.names)
        picks = self._move(target)
        if fresh:
            for name in self.names.difference(*picks.values()):
                self.exceptions.setdefault(name, UNTOLD)
        absent: tuple[str, ...] = ()
        if self.exceptions or self.rejected:
            picks = self._amend(picks, target)
            absent = self._tell_absent(target)
        parts = tuple(sheet.part(names) for sheet, names in picks.items())
        return Delta(parts, absent) if parts or absent else None

    def _move(self, target: Sheets) -> dict[Sheet, frozenset[str]]:
        picks = {}
        for was, now in moves(self.base, target):
            changes = now.changes_from(was)
            if names := self._wanted(changes.changed):
                picks[now] = names
            for name in changes.gone:
                if self.wants(name):
                    self.exceptions.setdefault(name, was.resources[name].version)
        self.base = target
        return picks

    def _wanted(self, names: frozenset[str]) -> frozenset[str]:
        return names if self.wildcard or names <= self.names else names & self.names

    def _amend(self, picks: dict[Sheet, frozenset[str]], target: Sheets) -> dict[Sheet, frozenset[str]]:
        """`picks` without what the client holds or has refused already, with what it must be told."""
        chosen = {name: sheet for sheet, names in picks.items() for name in names}
        for name, version in list(self.exceptions.items()):
            sheet = _sheet_of(target, name)
            if sheet is None:
                continue
            if sheet.resources[name].version == version:
                chosen.pop(name, None)
            elif self.wants(name):
                chosen[name] = sheet
            del self.exceptions[name]
        for name, rejection in list(self.rejected.items()):
            now = find(target, name)
            if now is not None and now.version == rejection.resource.version:
                chosen.pop(name, None)
                self.exceptions[name] = UNTOLD
            elif name in chosen:
                del self.rejected[name]
        return _by_sheet(chosen)

    def _tell_absent(self, target: Sheets) -> tuple[str, ...]:
        absent = [
            name
            for name, version in self.exceptions.items()
            if version == UNTOLD and name in self.names and name not in self.rejected and find(target, name) is None
        ]
        for name in absent:
            del self.exceptions[name]
        return tuple(sorted(absent))

    def leftovers(self) -> list[str]:
        """Names that the client holds, or may hold, and that don't exist any more; sorted."""
        return sorted(name for name in self.exceptions if self.wants(name) and find(self.base, name) is None)

    def remove(self, chosen: Set[str] | None = None) -> Delta | None:
        """Tell the client to drop the leftovers, or those `chosen`."""
        names = self.leftovers() if self.exceptions else []
        if chosen is not None:
            names = [name for name in names if name in chosen]
        for name in names:
            del self.exceptions[name]
            self.rejected.pop(name, None)
        return Delta((), tuple(names)) if names else None

    def again(self, names: Iterable[str]) -> Delta | None:
        """The same resources once more, except refused ones."""
        chosen = {}
        for name in names:
            if name not in self.rejected and self.wants(name) and (sheet := _sheet_of(self.base, name)) is not None:
                chosen[name] = sheet
        parts = tuple(sheet.part(group) for sheet, group in _by_sheet(chosen).items())
        return Delta(parts) if parts else None

    def take(self, nonce: str) -> Sent | None:
        """The response that an answer is to. Those sent before it are done too: a client answers in order."""
        if not any(sent.nonce == nonce for sent in self.flight):
            return None
        while True:
            sent = self.flight.popleft()
            if sent.nonce == nonce:
                return sent

    def refuse(self, sent: Sent, message: str) -> tuple[frozenset[str], list[Delta]]:
        """Note a NACK: the names refused, and what to send again because it came with them.

        When the culprit isn't named and there are several suspects, the response is sent again in halves.
        """
        suspects = [resource for part in sent.delta.parts for resource in part.resources]
        current = [resource for resource in suspects if self._is_current(resource)]
        for resource in suspects:
            # It was dropped before its refusal came: whether the client holds it is not known any more.
            if self.exceptions.get(resource.name) == resource.version:
                self.exceptions[resource.name] = UNTOLD
        names = frozenset(resource.name for resource in current)
        culprits = blamed(message, names) if len(suspects) > 1 else names
        for resource in current:
            if resource.name in culprits:
                self.rejected[resource.name] = Rejection(resource, message)
                self.exceptions[resource.name] = UNTOLD
        rest = sorted(names - culprits)
        if not rest or (culprits and rest_applied(self.type_url, message)):
            return culprits, []
        groups = [rest] if culprits or len(rest) == 1 else [rest[::2], rest[1::2]]
        return culprits, [delta for group in groups if (delta := self.again(group)) is not None]

    def _is_current(self, resource: Encoded) -> bool:
        now = find(self.base, resource.name)
        return now is not None and now.version == resource.version and self.wants(resource.name)


def _sheet_of(sheets: Sheets, name: str) -> Sheet | None:
    return next((sheet for sheet in sheets if name in sheet.resources), None)


def _by_sheet(chosen: Mapping[str, Sheet]) -> dict[Sheet, frozenset[str]]:
    groups: dict[Sheet, set[str]] = {}
    for name, sheet in chosen.items():
        groups.setdefault(sheet, set()).add(name)
    return {sheet: frozenset(names) for sheet, names in groups.items()}
