"""A request for a resource, and what the handlers of such requests have in common."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lateen.api.meta import JsonObject
from lateen.api.problem import Problem
from lateen.apiserver.selector import Selector, SelectorError, parse_selector
from lateen.apiserver.status import bad_request
from lateen.apiserver.target import Target
from lateen.apiserver.user import User
from lateen.lib.clock import Clock
from lateen.store.config_store import ConfigStore

CREATE, UPDATE = "CREATE", "UPDATE"

Admit = Callable[[JsonObject, str], Awaitable[JsonObject]]
"""Changes a document before it is stored; the second argument is CREATE or UPDATE. May raise StatusError to refuse."""

Validate = Callable[[JsonObject, bool], Sequence[Problem]]
"""Every problem of a document; the flag says whether unknown fields are errors."""


@dataclass(frozen=True, slots=True)
class Backend:
    """What every handler works with."""

    store: ConfigStore
    clock: Clock
    validate: Validate
    admit: Sequence[Admit]
    uids: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Call:
    """One request, decoded as far as all of them are."""

    method: str
    target: Target
    user: User
    query: Mapping[str, str] = field(default_factory=dict)
    content_type: str = ""
    content: bytes = b""

    @property
    def is_dry_run(self) -> bool:
        """Whether nothing may be stored. Raises StatusError for another word than All."""
        asked = self.query.get("dryRun", "")
        if asked not in ("", "All"):
            raise bad_request(f'invalid dryRun "{asked}": it can only be All')
        return bool(asked)

    @property
    def field_validation(self) -> str:
        """What becomes of unknown fields: Strict, Warn or Ignore."""
        asked = self.query.get("fieldValidation") or "Warn"
        if asked not in ("Strict", "Warn", "Ignore"):
            raise bad_request(f'invalid fieldValidation "{asked}": it is Strict, Warn or Ignore')
        return asked

    @property
    def selector(self) -> Selector:
        """What the request selects. Raises StatusError."""
        try:
            return parse_selector(self.query.get("labelSelector", ""), self.query.get("fieldSelector", ""))
        except SelectorError as error:
            raise bad_request(str(error)) from None

    def number(self, name: str) -> int | None:
        """A numeric parameter. Raises StatusError."""
        text = self.query.get(name, "")
        if not text:
            return None
        if not text.isdecimal():
            raise bad_request(f'invalid {name} "{text}": it must be a number')
        return int(text)


@dataclass(frozen=True, slots=True)
class Answer:
    """A document to send back, in the version of the request."""

    body: JsonObject
    code: int = 200
    warnings: tuple[str, ...] = ()
