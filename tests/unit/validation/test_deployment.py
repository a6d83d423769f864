import pytest
from tests.unit.validation.found import found

POD = "spec: {containers: [{name: c, image: i}]}"
TEMPLATE = f"template: {{metadata: {{labels: {{app: a}}}}, {POD}}}"
SELECTOR = "selector: {matchLabels: {app: a}}"


def deployment(spec: str, version: str = "apps/v1") -> list[tuple[str, str]]:
    text = f"apiVersion: {version}\nkind: Deployment\nmetadata: {{name: d}}\nspec: {{{spec}}}\n"
    return [(path.removeprefix("spec."), code) for path, code in found(text)]


@pytest.mark.parametrize("version", ["apps/v1", "apps/v1beta2", "apps/v1beta1", "extensions/v1beta1"])
def test_every_version_is_checked_and_only_the_eldest_need_no_selector(version: str) -> None:
    assert deployment(f"{TEMPLATE}, {SELECTOR}, replicas: 0", version) == []
    missing = [("selector", "MissingField")] if version in ("apps/v1", "apps/v1beta2") else []
    assert deployment(TEMPLATE, version) == missing


@pytest.mark.parametrize(
    ("spec", "path", "code"),
    [
        (f"{SELECTOR}, template: {{{POD}}}", "template.metadata.labels", "SelectorMismatch"),
        (f"{TEMPLATE}, selector: {{matchLabels: {{app: b}}}}", "template.metadata.labels", "SelectorMismatch"),
        (f"{TEMPLATE}, selector: {{}}", "selector", "MissingField"),
        (
            f"{TEMPLATE}, selector: {{matchExpressions: [{{key: a, operator: Is}}]}}",
            "selector.matchExpressions[0].operator",
            "InvalidValue",
        ),
        (
            f"{TEMPLATE}, selector: {{matchExpressions: [{{key: a, operator: In}}]}}",
            "selector.matchExpressions[0].values",
            "InvalidValue",
        ),
        (f"{TEMPLATE}, {SELECTOR}, replicas: -1", "replicas", "InvalidValue"),
        (f"{TEMPLATE}, {SELECTOR}, replicas: two", "replicas", "WrongType"),
        (f"{TEMPLATE}, {SELECTOR}, minReadySeconds: 600", "progressDeadlineSeconds", "InvalidValue"),
        (
            f"{TEMPLATE}, {SELECTOR}, strategy: {{type: Recreate, rollingUpdate: {{}}}}",
            "strategy.rollingUpdate",
            "Conflict",
        ),
        (
            f"{TEMPLATE}, {SELECTOR}, strategy: {{rollingUpdate: {{maxSurge: a%}}}}",
            "strategy.rollingUpdate.maxSurge",
            "InvalidValue",
        ),
        (
            f"{TEMPLATE}, {SELECTOR}, strategy: {{rollingUpdate: {{maxSurge: 0, maxUnavailable: 0%}}}}",
            "strategy.rollingUpdate",
            "InvalidValue",
        ),
        (
            (
                f"{SELECTOR}, template: {{metadata: {{labels: {{app: a}}}}, spec: {{restartPolicy: Never, "
                f"containers: [{{name: c, image: i}}]}}}}"
            ),
            "template.spec.restartPolicy",
            "InvalidValue",
        ),
        (
            f"{SELECTOR}, template: {{metadata: {{labels: {{app: a}}}}, spec: {{containers: [{{name: c}}]}}}}",
            "template.spec.containers[0].image",
            "MissingField",
        ),
    ],
)
def test_what_kubernetes_refuses(spec: str, path: str, code: str) -> None:
    assert deployment(spec) == [(path, code)]
