"""A mesh's configuration, asked about without a mesh."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from lateen.analysis.config import configuration
from lateen.analysis.run import analyze
from lateen.api.codec import Document
from lateen.api.problem import Problem, Severity
from lateen.cli.analysis_subject import subject_of
from lateen.cli.asking import scenario_of
from lateen.explain.caller import choose_caller
from lateen.explain.explain import explain
from lateen.explain.inbound import explain_inbound
from lateen.explain.question import Client, WrongQuestionError, parse_question
from lateen.explain.result import Explanation
from lateen.explain.scenario import Scenario
from lateen.lib.clock import SystemClock
from lateen.testing.error import MeshError
from lateen.testing.sources import Source, read_sources


class MeshConfig:
    """Documents, loaded one after the other; a later one takes the place of an earlier one of its kind and name."""

    def __init__(self, folders: Sequence[Path] = (Path(),)) -> None:
        self._folders = folders
        self._documents: list[Document] = []
        self._unreadable: list[Problem] = []
        self._scenarios: dict[tuple[str, int], Scenario] = {}

    def load(self, *sources: Source) -> None:
        """Add the documents of files, of folders, or of YAML texts (strings with line ends).

        Raises MeshError for what can't be read.
        """
        try:
            documents, problems = read_sources(sources, self._folders)
        except FileNotFoundError as error:
            raise MeshError(str(error)) from None
        self._documents += documents
        self._unreadable += problems
        self._scenarios.clear()

    def explain(
        self,
        method: str,
        url: str,
        *,
        from_: str = "",
        headers: Mapping[str, str] | None = None,
        namespace: str = "default",
        labels: Mapping[str, str] | None = None,
        client: Client | None = None,
        inbound: bool = False,
        everything: bool = False,
    ) -> Explanation:
        """What a call would do, and why.

        The caller `from_` is `productpage-v1`, `deploy/…`, `pod/…`, `sa/…`, `svc/…` or `gateway/…`, `NAME.NAMESPACE`
        where it is not in `namespace`; or one with `labels`. `client` is its side of the connection (TLS, HTTP/2).
        `inbound` asks for a call that arrives; with `everything` the answer says too which rules were looked at.
        Raises MeshError for documents that a mesh would refuse, and for questions that make no sense.
        """
        try:
            question = parse_question(url, method=method, headers=headers, client=client, inbound=inbound)
            scenario = self._scenario(namespace, question.port)
            caller = choose_caller(scenario, from_, namespace, labels)
            if inbound:
                return explain_inbound(scenario, caller, question)
            return explain(scenario, caller, question, everything=everything)
        except WrongQuestionError as error:
            raise MeshError(str(error)) from None

    def analyze(self, namespace: str = "default") -> Sequence[Problem]:
        """What is wrong across the documents, the worst first, as `lateen analyze` finds it."""
        subject = subject_of(self._documents, self._unreadable, namespace)
        subject.add_mesh((), None, is_running=False)
        config = configuration(subject.resources.values(), subject.documents, now=SystemClock().now())
        return (*subject.problems, *analyze(config))

    def _scenario(self, namespace: str, port: int) -> Scenario:
        key = (namespace, port)
        if key not in self._scenarios:
            made = scenario_of(self._documents, namespace=namespace, ports={port})
            _refuse_errors([*self._unreadable, *made.problems])
            self._scenarios[key] = made
        return self._scenarios[key]


def _refuse_errors(problems: Sequence[Problem]) -> None:
    errors = [str(problem) for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise MeshError("\n".join(errors))
