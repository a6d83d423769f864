"""Fixtures for tests of mesh configuration: `mesh_config` asks what rules do, `mesh` runs them.

pytest loads this module wherever Lateen is installed, so it imports nothing of it until a test asks for a fixture.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lateen.testing.live_mesh import LiveMesh
    from lateen.testing.mesh_config import MeshConfig

MARKER = "lateen"
ARGUMENTS = ("files", "profile", "injection")
SCOPE = "lateen_mesh_scope"
SCOPES = ("function", "class", "module", "package", "session")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The plugin's one setting."""
    parser.addini(SCOPE, f"how long a mesh is shared: {', '.join(SCOPES)}", default="function")


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marker."""
    text = "the documents and the profile that the fixtures `mesh` and `mesh_config` begin with"
    config.addinivalue_line("markers", f"{MARKER}(files=(), profile='', injection=True): {text}")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A mesh that several tests share begins with what all of them say: a marker of one test alone would do nothing."""
    owner = _owner(item)
    if "mesh" not in getattr(item, "fixturenames", ()) or owner is None:
        return
    own = item.get_closest_marker(MARKER)
    if own is not None and own != owner.get_closest_marker(MARKER):
        scope = item.config.getini(SCOPE)
        place = f"set `pytestmark = pytest.mark.{MARKER}(…)` for the {scope}"
        hint = "have the tests `mesh.apply(…)` what they need" if scope == "session" else place
        text = f"{SCOPE} is {scope}: the mesh is not this test's alone, and its marker has no effect on it; {hint}"
        pytest.fail(text, pytrace=False)


def _owner(item: pytest.Item) -> pytest.Collector | None:
    """What a mesh is shared by, None where each test has its own."""
    owners: dict[str, type[pytest.Collector]] = {
        "class": pytest.Class,
        "module": pytest.Module,
        "package": pytest.Package,
        "session": pytest.Session,
    }
    kind = owners.get(str(item.config.getini(SCOPE)))
    return item.getparent(kind) if kind is not None else None


def _scope(fixture_name: str, config: pytest.Config) -> str:
    scope = str(config.getini(SCOPE))
    if scope not in SCOPES:
        raise pytest.UsageError(f"{SCOPE} = {scope}: choose one of {', '.join(SCOPES)}")
    return scope


@pytest.fixture
def mesh_config(request: pytest.FixtureRequest) -> "MeshConfig":
    """Configuration to ask about, with no mesh running; begins with the files of the marker `lateen`."""
    from lateen.testing.mesh_config import MeshConfig  # noqa: PLC0415 - see above

    config = MeshConfig(_folders(request))
    config.load(*_settings(request).get("files", ()))
    return config


@pytest.fixture(scope=_scope)  # type: ignore[arg-type]  # pytest checks what it returns
def mesh(request: pytest.FixtureRequest) -> "Iterator[LiveMesh]":
    """A running mesh of the test's own, with the documents of the marker `lateen`; skips where none can run."""
    from lateen.testing.reason import missing_for_a_mesh  # noqa: PLC0415 - see above

    if reason := missing_for_a_mesh():
        pytest.skip(reason)
    from lateen.testing.live_mesh import running_mesh  # noqa: PLC0415

    settings = _settings(request)
    options = {key: settings[key] for key in ("profile", "injection") if key in settings}
    with running_mesh(settings.get("files", ()), _folders(request), **options) as running:
        yield running


def _settings(request: pytest.FixtureRequest) -> dict[str, Any]:  # Any: what the marker of a test says
    """The nearest marker's arguments."""
    marker = request.node.get_closest_marker(MARKER)
    if marker is None:
        return {}
    unknown = sorted(set(marker.kwargs) - set(ARGUMENTS))
    if marker.args or unknown:
        wrong = ", ".join([*map(repr, marker.args), *unknown])
        raise pytest.UsageError(
            f"the marker {MARKER} takes {', '.join(f'{each}=…' for each in ARGUMENTS)}, not {wrong}"
        )
    return dict(marker.kwargs)


def _folders(request: pytest.FixtureRequest) -> tuple[Path, ...]:
    """Where files are looked for: beside the test, in the run's root, where pytest was started."""
    path = Path(request.node.path)
    return (path if path.is_dir() else path.parent, request.config.rootpath, Path.cwd())
