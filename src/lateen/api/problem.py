"""What is wrong with a resource, as a value."""

import enum

import msgspec


class Severity(enum.StrEnum):
    """How bad a problem is; the words are those of `istioctl analyze`."""

    ERROR = "Error"
    WARNING = "Warning"
    INFO = "Info"


class ResourceRef(msgspec.Struct, frozen=True, order=True):
    """Names a resource: its kind, its namespace ("" for cluster-scoped kinds) and its name.

    A kind that two groups have is written with its group, `Gateway.gateway.networking.k8s.io`.
    """

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        kind = self.kind.partition(".")[0]
        return f"{kind} {self.namespace}/{self.name}" if self.namespace else f"{kind} {self.name}".strip()


class Origin(msgspec.Struct, frozen=True):
    """Where a document was read: file name ("" over the API) and line, counted from 1 (0: unknown)."""

    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.file else ""


class Problem(msgspec.Struct, frozen=True):
    """One finding about one resource; a user's mistake is returned as this, never raised.

    `path` is a field path as kubectl prints it (`spec.http[0].route[0].weight`), `message` says what is wrong,
    `hint` what to do about it. `code` is stable and greppable: an Istio analyzer code (`IST0101`) where one exists,
    else a word (`UnknownField`).
    """

    resource: ResourceRef | None
    path: str
    code: str
    severity: Severity
    message: str
    hint: str = ""
    origin: Origin = Origin()

    def __str__(self) -> str:
        parts = [str(self.origin), str(self.resource or ""), self.path, self.message, self.hint]
        return ": ".join(part for part in parts if part)
