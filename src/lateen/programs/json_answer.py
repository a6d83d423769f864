"""Answers in JSON."""

import json

from lateen.programs.http_server import Response


def json_response(value: object, status: int = 200, *, spaced: bool = False, indent: int | None = None) -> Response:
    """An answer with a JSON body; `spaced` writes `", "` and `": "` between its parts."""
    separators = (", ", ": ") if spaced else (",", ":")
    if indent is not None:
        separators = (",", ": ")
    text = json.dumps(value, separators=separators, indent=indent) + ("\n" if indent is not None else "")
    return Response(status, text.encode(), (("Content-Type", "application/json"),))
