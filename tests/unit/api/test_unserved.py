import pytest

from lateen.api.schema import KINDS, ref_of
from lateen.api.unserved import UNSERVED, is_istios, unserved_kind


def test_no_kind_is_both_served_and_not() -> None:
    served = {(group, info.kind) for info in KINDS for group, _ in info.group_versions}
    assert not served & {(each.group, each.kind) for each in UNSERVED}


@pytest.mark.parametrize(
    ("version", "kind", "retired"),
    [
        ("security.istio.io/v1beta1", "AuthorizationPolicy", False),
        ("gateway.networking.k8s.io/v1", "Gateway", False),
        ("config.istio.io/v1alpha2", "logentry", True),
        ("autoscaling/v2", "HorizontalPodAutoscaler", False),
        ("rbac.istio.io/v1alpha1", "ServiceRole", True),
    ],
)
def test_what_istios_users_may_have(version: str, kind: str, retired: bool) -> None:
    found = unserved_kind({"apiVersion": version, "kind": kind})
    assert found is not None
    assert found.is_retired is retired


@pytest.mark.parametrize(
    ("version", "kind"),
    [("networking.istio.io/v1", "Gateway"), ("config.istio.io/v1alpha2", "RuteRule"), ("v1", None), (None, "Job")],
)
def test_what_is_none_of_them(version: str | None, kind: str | None) -> None:
    assert unserved_kind({"apiVersion": version, "kind": kind}) is None


def test_the_two_kinds_of_gateways_have_different_names() -> None:
    body = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "g"}}
    other = {**body, "apiVersion": "networking.istio.io/v1"}
    assert ref_of(body) != ref_of(other)
    assert str(ref_of(body)) == str(ref_of(other)) == "Gateway g"


@pytest.mark.parametrize(
    ("version", "istios"), [("networking.istio.io/v9", True), ("example.com/v1", False), ("v1", False), (7, False)]
)
def test_groups_of_istios(version: object, istios: bool) -> None:
    assert is_istios({"apiVersion": version}) is istios
