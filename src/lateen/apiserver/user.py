"""Who makes a request."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ADMINISTRATORS = "system:masters"
AUTHENTICATED = "system:authenticated"

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class User:
    """Someone with a token. A user that only reads may not change anything."""

    name: str
    groups: tuple[str, ...] = (ADMINISTRATORS,)
    only_reads: bool = False

    def may(self, method: str) -> bool:
        """Whether the user may use this HTTP method."""
        return not self.only_reads or method in READING_METHODS


Authenticate = Callable[[str], User | None]
"""From a bearer token to whose it is."""


def token_table(users: Mapping[str, User]) -> Authenticate:
    """Users by their tokens. How long a look-up takes says nothing about the tokens."""

    def authenticate(token: str) -> User | None:
        found = None
        for known, user in users.items():
            if hmac.compare_digest(known.encode(), token.encode()):
                found = user
        return found

    return authenticate
