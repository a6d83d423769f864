from ipaddress import IPv4Network

from lateen.node.network.address_plan import SLOTS, AddressPlan, choose_slot


def test_the_first_slot_has_kubernetes_addresses() -> None:
    plan = AddressPlan(0)
    assert (str(plan.pods), str(plan.services)) == ("10.244.0.0/20", "10.96.0.0/20")
    assert (str(plan.gateway), str(plan.dns)) == ("10.244.0.1/20", "10.96.0.10")
    assert (str(plan.uplink_machine), str(plan.uplink_node)) == ("169.254.244.1/30", "169.254.244.2/30")


def test_slots_do_not_overlap() -> None:
    ranges = [network for slot in range(SLOTS) for network in AddressPlan(slot).ranges]
    assert not any(a.overlaps(b) for i, a in enumerate(ranges) for b in ranges[:i])
    assert str(AddressPlan(15).pods) == "10.244.240.0/20"


def test_a_routed_range_is_avoided() -> None:
    routes = [IPv4Network("0.0.0.0/0"), IPv4Network("10.244.3.0/24"), IPv4Network("10.96.16.0/20")]
    assert choose_slot((), routes) == 2


def test_the_recorded_slot_comes_back_unless_it_is_routed_now() -> None:
    assert choose_slot((), [], preferred=7) == 7
    assert choose_slot((), [AddressPlan(7).services], preferred=7) == 0


def test_slots_of_stopped_meshes_are_used_last() -> None:
    assert choose_slot({0, 1}, []) == 2
    assert choose_slot(set(range(SLOTS)), []) == 0


def test_a_broad_route_does_not_take_all_slots() -> None:
    assert choose_slot((), [IPv4Network("10.0.0.0/8"), IPv4Network("10.244.0.0/24")]) == 1


def test_no_slot_is_left() -> None:
    assert choose_slot((), [IPv4Network("10.244.0.0/16")]) is None
