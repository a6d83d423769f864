"""Node ports."""

from lateen.controllers.addresses import NODE_PORTS, choose_node_port


def test_a_taken_node_port_is_not_given_again() -> None:
    first = choose_node_port("default/web/80", ())
    second = choose_node_port("default/web/80", {first})
    assert first != second
    assert {first, second} <= set(NODE_PORTS)
