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
