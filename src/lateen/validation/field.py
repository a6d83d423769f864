"""Where a rule looks, and where its findings go."""

from dataclasses import dataclass, field

from lateen.api.codec import Document
from lateen.api.field_path import Step, format_path
from lateen.api.problem import Origin, Problem, ResourceRef, Severity


@dataclass(slots=True)
class Report:
    """The findings about one resource, in the order they were made; `document` gives them lines."""

    resource: ResourceRef | None
    document: Document | None = None
    problems: list[Problem] = field(default_factory=list)

    def add(self, steps: tuple[Step, ...], code: str, severity: Severity, message: str, hint: str) -> None:
        """Keep a finding, once."""
        document = self.document
        origin = Origin(document.origin.file, document.line_of(steps)) if document else Origin()
        problem = Problem(self.resource, format_path(steps), code, severity, message, hint, origin)
        if problem not in self.problems:
            self.problems.append(problem)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the resource; `field / "spec" / 0` is a field below it."""

    report: Report
    steps: tuple[Step, ...] = ()

    def __truediv__(self, step: Step) -> "Field":
        return Field(self.report, (*self.steps, step))

    def at(self, *steps: Step) -> "Field":
        """The field some steps below."""
        return Field(self.report, (*self.steps, *steps))

    def error(self, message: str, hint: str = "", code: str = "InvalidValue") -> None:
        """What must change before the resource can be used."""
        self.report.add(self.steps, code, Severity.ERROR, message, hint)

    def warn(self, message: str, hint: str = "", code: str = "Suspicious") -> None:
        """What probably is not meant."""
        self.report.add(self.steps, code, Severity.WARNING, message, hint)

    def note(self, message: str, hint: str = "", code: str = "Remark") -> None:
        """What works, but does nothing."""
        self.report.add(self.steps, code, Severity.INFO, message, hint)
