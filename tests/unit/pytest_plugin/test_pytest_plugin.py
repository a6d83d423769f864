"""The fixtures, as a user's test run has them."""

import subprocess
import sys

import pytest

from lateen.testing import mesh_config  # noqa: F401 - once here, not once in each run within this one

SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: reviews}
spec: {selector: {app: reviews}, ports: [{name: http, port: 9080}]}
"""
RULE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - match: [{headers: {end-user: {exact: jason}}}]
    redirect: {uri: /jason}
  - route: [{destination: {host: reviews}}]
"""
SUBSET = RULE.replace("{host: reviews}}", "{host: reviews, subset: v9}}")


@pytest.fixture
def run(pytester: pytest.Pytester) -> pytest.Pytester:
    """A run of its own, which sees nothing of this one's settings."""
    pytester.makeini("[pytest]\naddopts = --strict-markers -p no:asyncio -p no:hypothesispytest\n")
    pytester.makefile(".yaml", service=SERVICE, rule=RULE, subset=SUBSET, wrong="kind: Service\napiVersion: v1\n")
    return pytester


def test_it_imports_nothing_before_a_fixture_is_asked_for() -> None:
    code = "import sys, lateen.pytest_plugin; print(*sorted(name for name in sys.modules if name.startswith('lateen')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == ["lateen", "lateen.pytest_plugin"]


def test_pytest_finds_it_and_other_fixtures_of_those_names_win(run: pytest.Pytester) -> None:
    run.makeconftest("import pytest\n@pytest.fixture\ndef mesh(): return 'mine'\n")
    run.makepyfile("""
        def test_a(mesh, pytestconfig):
            assert pytestconfig.pluginmanager.has_plugin("lateen")
            assert mesh == "mine"
    """)
    run.runpytest_inprocess().assert_outcomes(passed=1)


def test_rules_are_explained_without_a_mesh(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import pytest

        @pytest.mark.lateen(files=["service.yaml"])
        def test_rules(mesh_config):
            before = mesh_config.explain("GET", "http://reviews:9080/", headers={"end-user": "jason"})
            assert (before.verdict, before.clusters[0].share) == ("forward", 1.0)
            mesh_config.load("rule.yaml")
            after = mesh_config.explain("GET", "http://reviews:9080/", headers={"end-user": "jason"})
            assert (after.verdict, after.status, after.location) == ("redirect", 301, "http://reviews:9080/jason")
            assert (after.route.virtual_service, after.route.rule) == ("default/reviews", 0)
            assert after.route.file.endswith("rule.yaml")

        def test_text(mesh_config):
            mesh_config.load(open("service.yaml").read())
            assert mesh_config.explain("GET", "http://reviews:9080/").verdict == "forward"
    """
    )
    run.runpytest_inprocess().assert_outcomes(passed=2)


def test_findings_have_a_code_and_a_place(run: pytest.Pytester) -> None:
    run.makepyfile("""
        def test_findings(mesh_config):
            mesh_config.load("service.yaml", "subset.yaml")
            (found,) = [each for each in mesh_config.analyze() if each.code == "IST0101"]
            assert "reviews+v9" in found.message and found.origin.file.endswith("subset.yaml")
    """)
    run.runpytest_inprocess().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("mesh_config.load('nothing.yaml')", "there is no file or folder nothing.yaml in "),
        ("mesh_config.load('wrong.yaml'); mesh_config.explain('GET', 'http://a/')", "wrong.yaml:1: "),
        ("mesh_config.explain('GET', 'ftp://a/')", "write http://HOST"),
        ("mesh_config.load('service.yaml'); mesh_config.explain('GET', 'http://a/', from_='review')", "did you mean"),
    ],
)
def test_mistakes_are_explained(run: pytest.Pytester, body: str, message: str) -> None:
    run.makefile(".yaml", service=SERVICE + "---\n" + DEPLOYMENT)
    run.makepyfile(f"def test_a(mesh_config):\n    {body}\n")
    result = run.runpytest_inprocess()
    result.assert_outcomes(failed=1)
    assert "MeshError: " in result.stdout.str()
    assert message in result.stdout.str()


DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: reviews}
spec:
  selector: {matchLabels: {app: reviews}}
  template:
    metadata: {labels: {app: reviews}}
    spec: {containers: [{name: reviews, image: traefik/whoami}]}
"""


@pytest.mark.parametrize(
    ("condition", "reason"),
    [("os, 'geteuid', lambda: 1000", "a mesh needs root"), ("sys, 'platform', 'darwin'", "a mesh needs Linux")],
)
def test_without_root_or_linux_tests_of_a_running_mesh_are_skipped(
    run: pytest.Pytester, condition: str, reason: str
) -> None:
    run.makepyfile(f"""
        import os, sys
        import pytest

        @pytest.fixture(autouse=True)
        def elsewhere(monkeypatch):
            monkeypatch.setattr({condition})

        def test_a(mesh):
            raise AssertionError
    """)
    result = run.runpytest_inprocess("-rs")
    result.assert_outcomes(skipped=1)
    assert reason in result.stdout.str()


@pytest.mark.parametrize("marker", ["'app.yaml'", "file=['app.yaml']"])
def test_a_marker_that_says_something_else_is_a_mistake(run: pytest.Pytester, marker: str) -> None:
    run.makepyfile(f"import pytest\n@pytest.mark.lateen({marker})\ndef test_a(mesh_config): pass\n")
    result = run.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    assert "takes files=…, profile=…, injection=…" in result.stdout.str()


def test_an_unknown_scope_is_a_mistake(run: pytest.Pytester) -> None:
    run.makepyfile("def test_a(mesh): pass\n")
    result = run.runpytest_inprocess("-o", "lateen_mesh_scope=forever")
    assert "choose one of function, class, module, package, session" in result.stdout.str() + result.stderr.str()


@pytest.mark.parametrize(("scope", "passed"), [("module", 1), ("function", 2)])
def test_a_marker_at_one_test_of_a_shared_mesh_is_not_ignored_in_silence(
    run: pytest.Pytester, scope: str, passed: int
) -> None:
    run.makeconftest("import pytest\n@pytest.fixture\ndef mesh(): return 'mine'\n")
    run.makepyfile("""
        import pytest

        pytestmark = pytest.mark.lateen(files=["service.yaml"])

        def test_shared(mesh): pass

        @pytest.mark.lateen(files=["rule.yaml"])
        def test_own(mesh): pass
    """)
    result = run.runpytest_inprocess("-o", f"lateen_mesh_scope={scope}")
    result.assert_outcomes(passed=passed, errors=2 - passed)
    if passed == 1:
        result.stdout.fnmatch_lines(["*set `pytestmark = pytest.mark.lateen(*)` for the module*"])
