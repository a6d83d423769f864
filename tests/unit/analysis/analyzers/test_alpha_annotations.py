from tests.unit.analysis.found import core, found

NAME = "annotations.AlphaAnalyzer"


def annotated(spec: str) -> str:
    pairs = "sidecar.istio.io/interceptionMode: TPROXY, sidecar.istio.io/logLevel: debug, sidecar.istio.io/status: x"
    return core("Pod", "p", f"spec: {{{spec}}}", f"annotations: {{{pairs}}}")


def test_what_the_mesh_writes_itself_is_not_the_users() -> None:
    by_user = [path for _, _, path in found(NAME, annotated("containers: [], initContainers: [{name: istio-init}]"))]
    by_cni = [path for _, _, path in found(NAME, annotated("containers: []"))]
    level = "metadata.annotations[sidecar.istio.io/logLevel]"
    assert by_user == ["metadata.annotations[sidecar.istio.io/interceptionMode]", level]
    assert by_cni == [level]
