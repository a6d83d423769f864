"""Pods, deployments and what they get from the mesh, as kubectl's users expect it."""

from collections.abc import Iterator

import pytest
from tests.support.real_mesh import Body, RealMesh
from tests.support.until import until

pytestmark = pytest.mark.root

NAMESPACE = "plain"
CURL = ("curl", "-s", "-m", "5")
CONFIGURED = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {COLOUR: green, "app.conf": "size = 3\\n"}
---
apiVersion: v1
kind: Secret
metadata: {name: login}
stringData: {user: ada, password: "pass'word"}
---
apiVersion: v1
kind: Pod
metadata: {name: configured, labels: {app: configured}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: app
    image: busybox:1
    command: [sh, -c, "echo started; exec sleep infinity"]
    envFrom: [{configMapRef: {name: settings}}]
    env:
    - {name: USER_NAME, valueFrom: {secretKeyRef: {name: login, key: user}}}
    - {name: GREETING, value: "hello $(USER_NAME)"}
    - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
    volumeMounts:
    - {name: conf, mountPath: /etc/app}
    - {name: login, mountPath: /etc/login, readOnly: true}
  volumes:
  - {name: conf, configMap: {name: settings, items: [{key: app.conf, path: main.conf}]}}
  - {name: login, secret: {secretName: login}}
"""
CRASHING = """\
apiVersion: v1
kind: Pod
metadata: {name: crashing}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - {name: app, image: "busybox:1", command: [sh, -c, "echo run by $$; exit 3"]}
"""
WEB = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
      - name: web
        image: traefik/whoami:v1.11
        args: [--port, "8080"]
        ports: [{containerPort: 8080}]
        env: [{name: WHOAMI_NAME, value: NAME}]
"""


@pytest.fixture(scope="module")
def plain(bookinfo_mesh: RealMesh) -> Iterator[RealMesh]:
    """The mesh with a namespace without sidecars."""
    bookinfo_mesh.apply(f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {NAMESPACE}}}\n")
    yield bookinfo_mesh
    bookinfo_mesh.run("delete", "namespace", NAMESPACE)


def run(mesh: RealMesh, *words: str, stdin: str = "") -> str:
    verb = 2 if words[0] == "rollout" else 1
    return mesh.run(*words[:verb], "-n", NAMESPACE, *words[verb:], stdin=stdin)


def row(mesh: RealMesh, pod: str) -> list[str]:
    """A pod's line of `get pods`, without its name."""
    return run(mesh, "get", "pod", pod).splitlines()[1].split()[1:]


def live_pods(mesh: RealMesh, app: str) -> list[Body]:
    pods = mesh.pods(NAMESPACE, f"app={app}")
    return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]


def test_config_maps_and_secrets_reach_containers(plain: RealMesh) -> None:
    run(plain, "apply", "-f", "-", stdin=CONFIGURED)
    until(lambda: row(plain, "configured")[:2] == ["1/1", "Running"], "the pod runs")
    address = plain.pods(NAMESPACE, "app=configured")[0]["status"]["podIP"]
    shell = 'echo "$COLOUR|$GREETING|$POD_IP"; cat /etc/app/main.conf /etc/login/password; hostname'
    output = run(plain, "exec", "configured", "--", "sh", "-c", shell)
    assert output.splitlines() == [f"green|hello ada|{address}", "size = 3", "pass'wordconfigured"]
    assert run(plain, "logs", "configured") == "started\n"
    changed = CONFIGURED.partition("---")[0].replace("size = 3", "size = 4")
    run(plain, "apply", "-f", "-", stdin=changed)
    read = ("exec", "configured", "--", "cat", "/etc/app/main.conf")
    until(lambda: run(plain, *read) == "size = 4\n", "the file follows the ConfigMap")
    run(plain, "delete", "pod", "configured")


def test_a_crashing_container_is_started_again_later_and_later(plain: RealMesh) -> None:
    run(plain, "apply", "-f", "-", stdin=CRASHING)
    until(lambda: row(plain, "crashing")[1] == "CrashLoopBackOff", "back-off is shown")
    until(lambda: int(row(plain, "crashing")[2]) >= 1, "restarts are counted", 20)
    last, previous = run(plain, "logs", "crashing"), run(plain, "logs", "crashing", "--previous")
    assert last.startswith("run by ")
    assert previous.startswith("run by ")
    (container,) = plain.api(f"/api/v1/namespaces/{NAMESPACE}/pods/crashing")["status"]["containerStatuses"]
    assert container["lastState"]["terminated"]["exitCode"] == 3
    assert "Back-off restarting failed container app" in run(plain, "describe", "pod", "crashing")
    run(plain, "delete", "pod", "crashing")


def test_a_deployment_scales_rolls_and_is_reached_by_name_and_address(plain: RealMesh) -> None:
    run(plain, "apply", "-f", "-", stdin=WEB)
    run(plain, "rollout", "status", "deploy/web")
    run(plain, "scale", "deploy/web", "--replicas", "3")
    run(plain, "rollout", "status", "deploy/web")
    assert run(plain, "get", "deploy", "web").splitlines()[1].split()[1:4] == ["3/3", "3", "3"]
    run(plain, "scale", "deploy/web", "--replicas", "1")
    until(lambda: len(live_pods(plain, "web")) == 1, "scaled down")
    (old,) = live_pods(plain, "web")
    run(plain, "apply", "-f", "-", stdin=WEB.replace("value: NAME", "value: second"))
    run(plain, "rollout", "status", "deploy/web")
    until(lambda: [pod["metadata"]["name"] for pod in live_pods(plain, "web")] != [old["metadata"]["name"]], "new")
    address = plain.get("svc", "web", "-n", NAMESPACE)["spec"]["clusterIP"]
    # The product page's pod has a sidecar, the web's pod has none: both find it.
    for workload, namespace, hosts in (
        ("deploy/web", NAMESPACE, ("web", f"web.{NAMESPACE}", f"web.{NAMESPACE}.svc.cluster.local", address)),
        ("deploy/productpage-v1", "default", (f"web.{NAMESPACE}", f"web.{NAMESPACE}.svc", address)),
    ):
        for host in hosts:
            answer = plain.run("exec", "-n", namespace, workload, "--", *CURL, f"http://{host}/")
            assert "Name: second" in answer, (workload, host)
    assert '"podname"' in run(plain, "exec", "deploy/web", "--", *CURL, "http://reviews.default:9080/reviews/1")
    unknown = plain.attempt("exec", "-n", NAMESPACE, "deploy/web", "--", *CURL, "http://reviews:9080/")
    assert unknown.code == 6  # curl: could not resolve host


def test_pods_that_end_on_their_own_are_done(plain: RealMesh) -> None:
    job = (
        CRASHING.replace("crashing", "once")
        .replace("exit 3", "exit 0")
        .replace("spec:", "spec:\n  restartPolicy: Never")
    )
    run(plain, "apply", "-f", "-", stdin=job)
    until(lambda: row(plain, "once")[:2] == ["0/1", "Completed"], "the pod is done")
    assert run(plain, "logs", "once").startswith("run by ")
    run(plain, "delete", "pod", "once")
