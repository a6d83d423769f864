from xml.etree import ElementTree

from lateen.api.problem import Origin
from lateen.explain.check import Checked
from lateen.explain.comparison import Difference
from lateen.explain.junit import junit_xml
from lateen.explain.report import failure_lines

FAILED = Checked(
    name="a <b> & 'c'",
    call="GET http://a/",
    origin=Origin("c.yaml", 3),
    differences=(Difference(key="clusters", expected="50% v1\n50% v2", actual="50% v1\n50% v3"),),
    because="VirtualService default/a",
)
PASSED = Checked(name="fine", call="GET http://b/", origin=Origin("c.yaml", 9))


def test_suites_and_failures() -> None:
    root = ElementTree.fromstring(junit_xml([("c.yaml", [FAILED, PASSED]), ("d.yaml", [PASSED])], 0.5))
    assert (root.get("tests"), root.get("failures")) == ("3", "1")
    first, second = root
    assert (first.get("failures"), second.get("failures"), len(first), len(second)) == ("1", "0", 2, 1)
    failure = first[0].find("failure")
    assert first[0].get("name") == "a <b> & 'c': GET http://a/"
    assert failure is not None
    assert failure.text is not None
    assert failure.text.split("\n") == failure_lines(FAILED)


def test_a_failure_is_a_diff_with_its_reason() -> None:
    assert failure_lines(FAILED) == [
        "c.yaml:3: a <b> & 'c'",
        "  GET http://a/",
        "  clusters",
        "    - 50% v2",
        "    + 50% v3",
        "      50% v1",
        "  because VirtualService default/a",
    ]
