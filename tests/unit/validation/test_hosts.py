import pytest

from lateen.validation.hosts import covers, is_fqdn, is_wildcard_domain, matches


@pytest.mark.parametrize("host", ["a", "a.b.c", "reviews.default.svc.cluster.local", "a.com.", "1a.com"])
def test_names(host: str) -> None:
    assert is_fqdn(host)
    assert is_wildcard_domain(host)


@pytest.mark.parametrize("host", ["", "a..b", "a_b", "-a", "a.1", "10.0.0.1", "a b", "a/b", ".", "a" * 64])
def test_no_names(host: str) -> None:
    assert not is_fqdn(host)
    assert not is_wildcard_domain(host)


@pytest.mark.parametrize(
    ("host", "good"),
    [("*", True), ("*.a.com", True), ("*-a.com", True), ("a.*.com", False), ("*.", True), ("*-", False), ("503", True)],
)
def test_wildcards(host: str, good: bool) -> None:
    assert is_wildcard_domain(host) is good


@pytest.mark.parametrize(
    ("one", "other", "overlap", "inside"),
    [
        ("a.com", "a.com", True, True),
        ("*.com", "a.com", True, True),
        ("a.com", "*.com", True, False),
        ("*.com", "*.a.com", True, True),
        ("*.a.com", "*.com", True, False),
        ("*", "*.a.com", True, True),
        ("*.a.com", "b.com", False, False),
        ("a.com", "b.com", False, False),
    ],
)
def test_overlaps(one: str, other: str, overlap: bool, inside: bool) -> None:
    assert matches(one, other) is overlap
    assert covers(one, other) is inside
