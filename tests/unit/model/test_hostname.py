from lateen.model.hostname import covers, fully_qualified, most_specific, overlaps


def test_only_names_without_dots_are_completed() -> None:
    assert fully_qualified("reviews", "prod", "cluster.local") == "reviews.prod.svc.cluster.local"
    for host in ("example.com", "*", "*.com", "::1", ""):
        assert fully_qualified(host, "prod", "cluster.local") == host


def test_wildcards_cover_longer_names_and_narrower_wildcards() -> None:
    assert covers("*.example.com", "a.example.com")
    assert covers("*.example.com", "*.a.example.com")
    assert covers("*", "anything")
    assert not covers("*.a.example.com", "*.example.com")
    assert not covers("*.example.com", "example.com")
    assert not covers("a", "b")


def test_overlap_is_symmetric() -> None:
    assert overlaps("*.example.com", "a.example.com")
    assert overlaps("a.example.com", "*.example.com")
    assert not overlaps("*.a.com", "*.b.com")


def test_the_exact_name_wins_then_the_longest_wildcard() -> None:
    patterns = ["*", "*.com", "*.example.com", "a.example.com"]
    assert most_specific("a.example.com", patterns) == "a.example.com"
    assert most_specific("b.example.com", patterns) == "*.example.com"
    assert most_specific("org", patterns) == "*"
    assert most_specific("x", ["*.com"]) is None
