from tests.unit.analysis.found import core, found, rule

STATUS = "status: {conditions: [{type: istio.io/WaypointBound, status: '%s', reason: R}]}"


def test_negative_conditions() -> None:
    documents = [
        core("Service", "a", STATUS % "False"),
        core("Service", "b", STATUS % "True"),
        rule("ServiceEntry", "e", "{hosts: [a.com]}") + STATUS % "False" + "\n",
    ]
    assert found("conditions.ConditionAnalyzer", *documents) == [
        ("IST0171", "Service default/a", "status.conditions[0]"),
        ("IST0171", "ServiceEntry default/e", "status.conditions[0]"),
    ]


def test_what_was_not_taken() -> None:
    accepted = "conditions: [{type: Accepted, status: '%s'}]"
    policy = "status: {conditions: [{type: WaypointAccepted, status: 'True', reason: PartiallyInvalid}]}\n"
    parents = f"status: {{parents: [{{}}, {{{accepted % 'False'}}}]}}\n"
    gateway = rule("Gateway", "g", "{}", "gateway.networking.k8s.io")
    documents = [
        rule("AuthorizationPolicy", "p", "{}") + policy,
        gateway + f"status: {{{accepted % 'False'}}}\n",
        rule("HTTPRoute", "r", "{}") + parents,
        rule("HTTPRoute", "s", "{}") + parents.replace("False", "True"),
        rule("Gateway", "g", "{}") + f"status: {{{accepted % 'False'}}}\n",
    ]
    assert found("conditions.ConditionAnalyzer", *documents) == [
        ("IST0171", "AuthorizationPolicy default/p", "status.conditions[0]"),
        ("IST0171", "Gateway default/g", "status.conditions[0]"),
        ("IST0171", "HTTPRoute default/r", "status.parents[1].conditions[0]"),
    ]
