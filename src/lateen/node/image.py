"""What runs for an image: a local program instead of what a registry holds."""

import fnmatch
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

ANNOTATION = "lateen.dev/image."
"""Prefix of the pod annotation that names a container's program: `lateen.dev/image.<container>: <command line>`."""


@dataclass(frozen=True, slots=True)
class Image:
    """One line of the table. `entrypoint` and `arguments` are what ENTRYPOINT and CMD are in an image; `env` are
    defaults. A `proxy` is started as the pod's Envoy, whatever its command. `origin` says who wrote the line."""

    pattern: str
    entrypoint: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    proxy: bool = False
    about: str = ""
    origin: str = "built in"

    def argv(self, command: Sequence[str], args: Sequence[str]) -> list[str]:
        """The program for a container's `command` and `args`, by Kubernetes' rules for both."""
        if command:
            return [*command, *args]
        return [*self.entrypoint, *(args or self.arguments)]


def find_image(table: Sequence[Image], name: str) -> Image | None:
    """The first line whose pattern fits `name`.

    A pattern fits the whole name, the name without its registry, or, if it has no slash, the last part; a missing tag
    is `latest`.
    """
    candidates = _forms(name)
    for image in table:
        forms = candidates if "/" not in image.pattern else candidates[:-1]
        if any(fnmatch.fnmatchcase(form, image.pattern) for form in forms):
            return image
    return None


def annotated_image(annotations: Mapping[str, str], container: str) -> Image | None:
    """The program a pod's annotation names for a container. Raises ValueError for unbalanced quotes."""
    line = annotations.get(ANNOTATION + container)
    if line is None:
        return None
    return Image(pattern="*", entrypoint=tuple(shlex.split(line)), origin=f"annotation {ANNOTATION}{container}")


def _forms(name: str) -> list[str]:
    whole = name.partition("@")[0]
    last = whole.rpartition("/")[2]
    if ":" not in last:
        whole, last = f"{whole}:latest", f"{last}:latest"
    registry, _, rest = whole.partition("/")
    local = rest if rest and ("." in registry or ":" in registry or registry == "localhost") else whole
    return [whole, local.removeprefix("library/"), last]
