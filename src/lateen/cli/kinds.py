"""What a user names on the command line: kinds, and resources of them."""

import difflib
from dataclasses import dataclass

import click

from lateen.api.kind import KindInfo
from lateen.api.schema import KINDS, find_kind
from lateen.client.resource_path import resource_path


@dataclass(frozen=True, slots=True)
class Target:
    """One kind, and one resource of it or (with `name` empty) all of them."""

    info: KindInfo
    name: str = ""

    def path(self, namespace: str, subresource: str = "") -> str:
        """The path at the API; an empty namespace means all of them."""
        group, version = self.info.group_versions[0]
        return resource_path(
            group,
            version,
            self.info.plural,
            namespace=namespace if self.info.namespaced else "",
            name=self.name,
            subresource=subresource,
        )

    @property
    def title(self) -> str:
        """As kubectl prints it: `deployment.apps/reviews-v1`."""
        group = f".{self.info.group}" if self.info.group else ""
        return f"{self.info.singular}{group}/{self.name}"


def parse_targets(words: tuple[str, ...]) -> list[Target]:
    """kubectl's ways to name things: `pods`, `pods,svc`, `pod a b`, `pod/a svc/b`. Raises click.UsageError."""
    if not words:
        raise click.UsageError("name a kind, as in `lateen get pods`")
    if any("/" in word for word in words):
        return [_named(word) for word in words]
    infos = [info for word in words[0].split(",") for info in _kinds(word)]
    return [Target(info, name) for info in infos for name in words[1:] or ("",)]


def kind_named(word: str) -> KindInfo:
    """The kind a user means. Raises click.UsageError with the nearest word."""
    info = find_kind(word)
    if info is None:
        words = [known for each in KINDS for known in (each.plural, each.singular, *each.short_names)]
        similar = difflib.get_close_matches(word.lower(), words, n=1)
        hint = f"; did you mean {similar[0]!r}?" if similar else ""
        raise click.UsageError(f"the mesh has no kind {word!r}{hint}")
    return info


def _kinds(word: str) -> list[KindInfo]:
    return [info for info in KINDS if word in info.categories] or [kind_named(word)]


def _named(word: str) -> Target:
    kind, separator, name = word.partition("/")
    if not separator or not name:
        raise click.UsageError(f"{word!r} names no resource; write KIND/NAME for all of them, as in pod/reviews-v1")
    return Target(kind_named(kind), name)
