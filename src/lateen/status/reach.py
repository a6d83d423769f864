"""How far a version of a rule has come."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """Of `proxies`, those that get what the rule leads to, `up_to_date` have it as of `generation`.

    `refused`: proxies turned it down, and it is left out.
    """

    generation: int
    up_to_date: int
    proxies: int
    refused: bool = False

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do; also where no proxy gets anything of the rule."""
        return self.up_to_date == self.proxies and not self.refused
