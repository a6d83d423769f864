"""The image table of a mesh, for the command line."""

from pathlib import Path

from lateen.client.paths import MeshPaths
from lateen.node.image import Image
from lateen.node.images import USER_FILE, image_table


def images_of(mesh: str, extra: Path | None) -> tuple[Image, ...]:
    """All rows in the order they are tried. Raises ValueError for a file that is wrong."""
    files = ([extra] if extra else []) + [MeshPaths(mesh).state / USER_FILE]
    return image_table(files)
