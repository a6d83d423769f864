from tests.unit.node.resources import make_pod

from lateen.node.etc_files import hosts, resolv_conf

MACHINE = "# made by hand\nnameserver 192.0.2.1\nsearch corp.example\noptions timeout:1\n"


def test_services_are_found_by_short_names() -> None:
    text = resolv_conf(make_pod(), "10.96.0.10", "cluster.local", MACHINE)
    assert text.splitlines() == [
        "nameserver 10.96.0.10",
        "search default.svc.cluster.local svc.cluster.local cluster.local corp.example",
        "options ndots:5",
    ]


def test_a_pod_may_keep_the_machines_resolver_or_bring_its_own() -> None:
    machine = resolv_conf(make_pod(dnsPolicy="Default"), "10.96.0.10", "cluster.local", MACHINE)
    assert machine.splitlines() == ["nameserver 192.0.2.1", "search corp.example", "options timeout:1"]
    config = {"nameservers": ["192.0.2.9"], "searches": ["x"], "options": [{"name": "ndots", "value": "1"}]}
    own = resolv_conf(make_pod(dnsPolicy="None", dnsConfig=config), "10.96.0.10", "cluster.local", MACHINE)
    assert own.splitlines() == ["nameserver 192.0.2.9", "search x", "options ndots:1"]


def test_hosts_know_the_pod_and_its_aliases() -> None:
    pod = make_pod(subdomain="sub", hostAliases=[{"ip": "192.0.2.7", "hostnames": ["a", "b"]}])
    lines = hosts(pod, "10.0.0.9", "web", "cluster.local").splitlines()
    assert lines[-2:] == ["10.0.0.9\tweb.sub.default.svc.cluster.local web", "192.0.2.7\ta b"]
