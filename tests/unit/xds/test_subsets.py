from lateen.api.problem import ResourceRef
from lateen.xds.subsets import SubsetIndex

ONE, OTHER = (ResourceRef("DestinationRule", "default", name) for name in "ab")


def test_a_subset_is_declared_as_long_as_one_rule_does() -> None:
    index = SubsetIndex()
    index.put(ONE, [("a.b", "v1"), ("a.b", "v2")])
    index.put(OTHER, [("a.b", "v1")])
    index.put(ONE, [("a.b", "v2")])
    assert index.covers(("a.b", "v1"))
    index.put(OTHER, [])
    assert not index.covers(("a.b", "v1"))
    assert index.of(ONE) == {("a.b", "v2")}
    assert index.within(("a.b", "v1")) == set()


def test_a_pattern_stands_for_hosts() -> None:
    index = SubsetIndex()
    index.put(ONE, [("*.b", "v1")])
    index.put(OTHER, [("c.b", "v2"), ("d.b", "v1")])
    assert index.covers(("a.b", "v1"))
    assert not index.covers(("a.b", "v2"))
    assert index.within(("*.b", "v1")) == {("d.b", "v1"), ("*.b", "v1")}
    index.put(ONE, ())
    assert not index.covers(("a.b", "v1"))
