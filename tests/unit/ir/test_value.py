"""The base of IR types."""

import pytest

from lateen.ir.route import DirectResponse, Route


def test_values_are_immutable_hashable_and_keyword_only() -> None:
    route = Route(action=DirectResponse(status=404))
    assert route == Route(action=DirectResponse(status=404))
    assert hash(route) == hash(Route(action=DirectResponse(status=404)))
    with pytest.raises(AttributeError):
        route.name = "x"
    with pytest.raises(TypeError):
        DirectResponse(404)
