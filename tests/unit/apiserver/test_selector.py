import pytest

from lateen.apiserver.selector import SelectorError, parse_selector

BODY = {
    "metadata": {"name": "p", "labels": {"app": "reviews", "version": "v1"}},
    "spec": {"nodeName": "one", "hostNetwork": True, "replicas": 3},
}


@pytest.mark.parametrize(
    ("labels", "selected"),
    [
        ("", True),
        ("app=reviews", True),
        ("app==reviews,version!=v2", True),
        ("app = ratings", False),
        ("app in (ratings, reviews),version notin (v2,v3)", True),
        ("app notin (reviews)", False),
        ("missing notin (x)", True),
        ("missing!=x", True),
        ("version", True),
        ("!version", False),
        ("!missing", True),
        ("app=", False),
        ("missing in (x)", False),
    ],
)
def test_labels(labels: str, selected: bool) -> None:
    assert parse_selector(labels).selects(BODY) is selected


@pytest.mark.parametrize(
    ("fields", "selected"),
    [
        ("metadata.name=p", True),
        ("spec.nodeName=one,metadata.name!=q", True),
        ("spec.nodeName=", False),
        ("status.phase=", True),
        ("spec.hostNetwork=true", True),
        ("spec.replicas=3", True),
        ("spec=x", False),
    ],
)
def test_fields(fields: str, selected: bool) -> None:
    assert parse_selector("", fields).selects(BODY) is selected


@pytest.mark.parametrize("labels", ["a b", "a in", "a in b", "=x", "a=b=c", "a in (b"])
def test_nonsense_is_refused(labels: str) -> None:
    with pytest.raises(SelectorError):
        parse_selector(labels)


def test_a_field_selector_has_no_sets() -> None:
    with pytest.raises(SelectorError):
        parse_selector("", "metadata.name in (a)")
