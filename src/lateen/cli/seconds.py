"""Spans of time on the command line: `60`, `60s`, `2m`."""

from typing import Any

import click


class Seconds(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """A number of seconds, or a duration in Go's form. Converts to seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds as a number; fails for what is neither."""
        try:
            seconds = float(value)
        except ValueError:
            seconds = self._parsed(value, param, ctx)
        if seconds < 0:
            self.fail(f"{value} is negative", param, ctx)
        return seconds

    def _parsed(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> float:
        from lateen.api.duration import parse_duration  # noqa: PLC0415 - plain numbers don't need it

        try:
            return parse_duration(value).seconds
        except ValueError:
            self.fail(f"{value!r} is no duration: write 60s or 2m", param, ctx)


SECONDS = Seconds()
