import pytest
from tests.unit.validation.found import CORE, found


def pod(spec: str) -> list[tuple[str, str]]:
    problems = found(CORE.format(kind="Pod", rest=f"spec: {{{spec}}}"))
    return [(path.removeprefix("spec."), code) for path, code in problems]


def container(text: str) -> list[tuple[str, str]]:
    volumes = "volumes: [{name: v, emptyDir: {}}]"
    problems = pod(f"containers: [{{name: c, image: i, {text}}}], {volumes}")
    return [(path.removeprefix("containers[0]."), code) for path, code in problems]


@pytest.mark.parametrize(
    "text",
    [
        "env: [{name: A, value: b}, {name: B, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]",
        "env: [{name: A, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['app']\"}}}]",
        "envFrom: [{configMapRef: {name: c}, prefix: X_}], resources: {limits: {cpu: 0.5, memory: 64Mi}}",
        "ports: [{containerPort: 80, name: http}], readinessProbe: {httpGet: {port: http}, successThreshold: 2}",
        "volumeMounts: [{name: v, mountPath: /v, subPath: a/b}], lifecycle: {preStop: {sleep: {seconds: 5}}}",
        "livenessProbe: {grpc: {port: 9000}}, startupProbe: {exec: {command: [ls]}}, securityContext: {runAsUser: 0}",
    ],
)
def test_containers_kubernetes_accepts(text: str) -> None:
    assert container(text) == []


@pytest.mark.parametrize(
    ("text", "path", "code"),
    [
        ("ports: [{containerPort: 0}]", "ports[0].containerPort", "InvalidPort"),
        ("ports: [{containerPort: 1, name: this-is-far-too-long}]", "ports[0].name", "InvalidPort"),
        ("ports: [{containerPort: 1, name: a}, {containerPort: 2, name: a}]", "ports[1].name", "Duplicate"),
        ("env: [{name: 'a=b'}]", "env[0].name", "InvalidName"),
        ("env: [{name: a, value: 1}]", "env[0].value", "WrongType"),
        ("env: [{name: a, valueFrom: {}}]", "env[0].valueFrom", "MissingField"),
        (
            "env: [{name: a, valueFrom: {fieldRef: {fieldPath: status.x}}}]",
            "env[0].valueFrom.fieldRef.fieldPath",
            "InvalidValue",
        ),
        ("env: [{name: a, value: b, valueFrom: {secretKeyRef: {key: k}}}]", "env[0].valueFrom", "Conflict"),
        ("envFrom: [{prefix: a}]", "envFrom[0]", "MissingField"),
        ("volumeMounts: [{name: w, mountPath: /w}]", "volumeMounts[0].name", "UnknownReference"),
        ("volumeMounts: [{name: v, mountPath: /v, subPath: ../x}]", "volumeMounts[0].subPath", "InvalidValue"),
        (
            "volumeMounts: [{name: v, mountPath: /v}, {name: v, mountPath: /v}]",
            "volumeMounts[1].mountPath",
            "Duplicate",
        ),
        ("resources: {requests: {cpu: much}}", "resources.requests.cpu", "InvalidValue"),
        ("resources: {requests: {memory: -1}}", "resources.requests.memory", "InvalidValue"),
        ("readinessProbe: {periodSeconds: 5}", "readinessProbe", "MissingField"),
        ("readinessProbe: {httpGet: {port: 1}, tcpSocket: {port: 1}}", "readinessProbe", "Conflict"),
        ("readinessProbe: {httpGet: {port: 70000}}", "readinessProbe.httpGet.port", "InvalidPort"),
        (
            "livenessProbe: {exec: {command: [a]}, successThreshold: 2}",
            "livenessProbe.successThreshold",
            "InvalidValue",
        ),
        ("livenessProbe: {exec: {}}", "livenessProbe.exec.command", "MissingField"),
        ("livenessProbe: {tcpSocket: {port: 1}, periodSeconds: 0}", "livenessProbe.periodSeconds", "InvalidValue"),
        ("lifecycle: {preStop: {}}", "lifecycle.preStop", "MissingField"),
        ("imagePullPolicy: Sometimes", "imagePullPolicy", "InvalidValue"),
    ],
)
def test_containers_kubernetes_refuses(text: str, path: str, code: str) -> None:
    assert container(text) == [(path, code)]


ONE = "containers: [{name: c, image: i}]"


@pytest.mark.parametrize(
    ("spec", "path", "code"),
    [
        ("containers: []", "containers", "MissingField"),
        ("hostname: a", "containers", "MissingField"),
        ("containers: [{name: c}]", "containers[0].image", "MissingField"),
        ("containers: [{name: C, image: i}]", "containers[0].name", "InvalidName"),
        ("containers: [{name: c, image: i}, {name: c, image: i}]", "containers[1].name", "Duplicate"),
        (f"{ONE}, initContainers: [{{name: c, image: i}}]", "containers[0].name", "Duplicate"),
        (f"{ONE}, volumes: [{{name: v}}, {{name: v}}]", "volumes[1].name", "Duplicate"),
        (f"{ONE}, volumes: [{{name: v, emptyDir: {{}}, hostPath: {{path: /}}}}]", "volumes[0]", "Conflict"),
        (f"{ONE}, volumes: [{{name: v, hostPath: {{path: a}}}}]", "volumes[0].hostPath.path", "InvalidValue"),
        (f"{ONE}, volumes: [{{name: v, configMap: {{}}}}]", "volumes[0].configMap.name", "MissingField"),
        (f"{ONE}, volumes: [{{name: v, secret: {{}}}}]", "volumes[0].secret.secretName", "MissingField"),
        (
            f"{ONE}, volumes: [{{name: v, projected: {{sources: [{{}}]}}}}]",
            "volumes[0].projected.sources[0]",
            "MissingField",
        ),
        (f"{ONE}, restartPolicy: Sometimes", "restartPolicy", "InvalidValue"),
        (f"{ONE}, terminationGracePeriodSeconds: -1", "terminationGracePeriodSeconds", "InvalidValue"),
        (f"{ONE}, hostname: a.b", "hostname", "InvalidName"),
        (f"{ONE}, dnsPolicy: None", "dnsPolicy", "MissingField"),
        (f"{ONE}, hostAliases: [{{ip: a}}]", "hostAliases[0].ip", "InvalidValue"),
    ],
)
def test_pods_kubernetes_refuses(spec: str, path: str, code: str) -> None:
    assert pod(spec) == [(path, code)]
