"""Rules for Deployment. Source: Kubernetes' `ValidateDeployment`."""

import re
from typing import Final

from lateen.api.deployment import Deployment, DeploymentSpec
from lateen.api.meta import LabelSelector
from lateen.api.scalar import IntOrString
from lateen.validation.field import Field
from lateen.validation.names import check_labels
from lateen.validation.pod import check_pod_spec

_SELECTOR_OPTIONAL: Final = frozenset(("extensions/v1beta1", "apps/v1beta1"))
_OPERATORS: Final = ("In", "NotIn", "Exists", "DoesNotExist")


def check_deployment(resource: Deployment, root: Field) -> None:
    """Report everything about a Deployment that Kubernetes would refuse."""
    spec, field = resource.spec, root / "spec"
    labels = spec.template.metadata.labels
    check_labels(labels, field.at("template", "metadata", "labels"))
    if spec.selector is not None:
        _check_selector(spec.selector, labels, field)
    elif resource.api_version not in _SELECTOR_OPTIONAL:
        hint = 'add "selector: {matchLabels: ...}" with the labels of the template'
        (field / "selector").error("is required", hint, "MissingField")
    elif not labels:
        field.at("template", "metadata", "labels").error("is required", "label the pods", "MissingField")
    _check_numbers(spec, field)
    check_pod_spec(spec.template.spec, field.at("template", "spec"))
    if spec.template.spec.restart_policy != "Always":
        message = f"pods of a Deployment cannot have {spec.template.spec.restart_policy}"
        field.at("template", "spec", "restartPolicy").error(message, "write Always, or remove it")


def _check_selector(selector: LabelSelector, labels: dict[str, str], field: Field) -> None:
    where = field / "selector"
    check_labels(selector.match_labels, where / "matchLabels")
    if selector == LabelSelector():
        where.error("is empty", "select the labels of the template", "MissingField")
    missing = {key: value for key, value in selector.match_labels.items() if labels.get(key) != value}
    if missing:
        pairs = ", ".join(f"{key}={value}" for key, value in missing.items())
        message = f"the selector asks for {pairs}, which the pods would not have"
        hint = "write the same labels in selector.matchLabels and template.metadata.labels"
        field.at("template", "metadata", "labels").error(message, hint, "SelectorMismatch")
    for place, each in enumerate(selector.match_expressions):
        expression = where.at("matchExpressions", place)
        if each.operator not in _OPERATORS:
            (expression / "operator").error(f'"{each.operator}" is no operator', f"write {', '.join(_OPERATORS)}")
        elif (each.operator in ("In", "NotIn")) != bool(each.values):
            hint = "In and NotIn have values, Exists and DoesNotExist have none"
            (expression / "values").error(f"do not fit {each.operator}", hint)


def _check_numbers(spec: DeploymentSpec, field: Field) -> None:
    for key, number in (
        ("replicas", spec.replicas),
        ("minReadySeconds", spec.min_ready_seconds),
        ("revisionHistoryLimit", spec.revision_history_limit),
    ):
        if number < 0:
            (field / key).error(f"{number} is below zero", "write 0 or more")
    if spec.progress_deadline_seconds <= spec.min_ready_seconds:
        (field / "progressDeadlineSeconds").error("must be more than minReadySeconds", "write 600, or remove it")
    rolling = spec.strategy.rolling_update
    if rolling is None:
        return
    where = field.at("strategy", "rollingUpdate")
    if spec.strategy.type == "Recreate":
        where.error("does not fit type Recreate", "remove it, or write RollingUpdate", "Conflict")
    shares = {"maxUnavailable": rolling.max_unavailable, "maxSurge": rolling.max_surge}
    for key, share in shares.items():
        _check_share(share, where / key)
    if all(str(share) in ("0", "0%") for share in shares.values()):
        where.error("maxUnavailable and maxSurge are both 0, so no pod could be replaced", "write 1 for one of them")


def _check_share(share: IntOrString, field: Field) -> None:
    good = share >= 0 if isinstance(share, int) else re.fullmatch(r"\d+%", share) is not None
    if not good:
        field.error(f'"{share}" is no number of pods', "write 1 or 25%")
