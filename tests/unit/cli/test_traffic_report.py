"""What `lateen traffic` prints."""

from tests.unit.cli.test_expectation import PODS
from tests.unit.cli.test_measuring import FIRST, OTHER, SPLIT, answers

from lateen.cli.counting import Tally
from lateen.cli.expectation import Expectation
from lateen.cli.grouping import parse_grouping
from lateen.cli.measuring import judge
from lateen.cli.sending import Answer, Sending
from lateen.cli.traffic_report import report


def printed(sent: list[Answer], tally: Tally, expectation: Expectation | None = SPLIT, origin: str = "sleep") -> str:
    grouping = parse_grouping("version")
    sending = Sending("http://a/", len(sent), 1, None, "GET", {}, 1.0, grouping)
    return "\n".join(report(judge(sent, grouping, expectation, tally, PODS), sending, origin))


def test_a_split_as_asked() -> None:
    assert printed(answers(_200=4), Tally(tries={FIRST: 2, OTHER: 2})) == (
        "4 requests to http://a/ from sleep\n"
        "answers: 4 × 200 OK; half of them within 1.0 ms, 99% within 1.0 ms\n"
        "\n"
        "VERSION   COUNT   SHARE   ASKED FOR\n"
        "v1        2       50.0%   50%\n"
        "v2        2       50.0%   50%\n"
        "\n"
        "agrees with VirtualService default/reviews"
    )


def test_a_split_that_is_not() -> None:
    text = printed(answers(_200=100), Tally(tries={FIRST: 100}))
    assert "v1        100     100.0%   50%         <- more than chance" in text
    assert "v2        0       0.0%     50%         <- more than chance" in text
    assert text.splitlines()[-1].startswith("DISAGREES with VirtualService default/reviews: ")


def test_without_a_rule_or_a_proxy() -> None:
    default = Expectation(SPLIT.parts)
    text = printed(answers(_200=4), Tally(tries={FIRST: 2, OTHER: 2}), default)
    assert text.endswith("agrees with the mesh's defaults: no rule speaks of these requests")
    nobody = printed(answers(_599=1), Tally(), None)
    assert "1 × 599" in nobody
    assert "VERSION" not in nobody
    assert nobody.splitlines()[-1].startswith("not compared: no proxy of the mesh decides")


def test_a_name_of_the_mesh_asked_from_outside_is_answered_with_a_hint() -> None:
    unknown = [Answer(0, 1.0, error="name or service not known")]
    assert "add --from deploy/NAME" in printed(unknown, Tally(), None, "this machine")
    assert "--from" not in printed(unknown, Tally(), None)
