from math import inf

from lateen.xds.lingering import Lingering


def test_names_are_due_after_their_time_unless_they_are_needed_again() -> None:
    lingering = Lingering(5.0)
    assert lingering.due(["a", "b"], 1.0) == frozenset()
    assert lingering.next == 6.0
    assert lingering.due(["a", "c"], 6.0) == {"a"}
    assert lingering.next == 11.0
    assert lingering.due(["b"], 7.0) == frozenset()
    assert lingering.due(["b"], 12.0) == {"b"}
    assert lingering.next == inf


def test_without_a_time_names_are_due_at_once() -> None:
    lingering = Lingering(0.0)
    assert lingering.due(["a"], 1.0) == {"a"}
    assert lingering.next == inf
