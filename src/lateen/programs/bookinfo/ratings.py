"""Bookinfo's ratings: how many stars reviewers gave."""

import json
import os
import random
import time
from dataclasses import dataclass, field

from lateen.programs.http_server import Request, Response, serve, text_response
from lateen.programs.json_answer import json_response

_SLOW_SECONDS = 7.0
_SWITCH_SECONDS = {"v-unavailable": 60.0, "v-unhealthy": 900.0}


@dataclass
class Ratings:
    """The ratings, kept in memory; `version` chooses among the image's variants that fail on purpose."""

    version: str
    started: float = field(default_factory=time.monotonic)
    given: dict[int, object] = field(default_factory=dict)

    def answer(self, request: Request) -> Response:
        """/health and /ratings/{id}."""
        if request.path == "/health":
            return self._health()
        if not request.path.startswith("/ratings/") or request.method not in ("GET", "HEAD", "POST"):
            return text_response("Not found\n", 404)
        product = request.path.rpartition("/")[2]
        if not product.isdecimal():
            return json_response({"error": "please provide numeric product ID"}, 400)
        return self._post(int(product), request) if request.method == "POST" else self._get(int(product))

    def _health(self) -> Response:
        if self.version == "v-unhealthy" and self._unavailable():
            return json_response({"status": "Ratings is not healthy"}, 500)
        return json_response({"status": "Ratings is healthy"})

    def _get(self, product: int) -> Response:
        if self.version == "v2":  # The databases of the original are not among the programs here.
            return json_response({"error": "could not connect to ratings database"}, 500)
        half = random.random() <= 0.5  # noqa: S311 - which requests fail is no secret
        if self._unavailable() or (self.version == "v-faulty" and half):
            return json_response({"error": "Service unavailable"}, 503)
        if self.version == "v-delayed" and half:
            time.sleep(_SLOW_SECONDS)
        ratings = self.given.get(product, {"Reviewer1": 5, "Reviewer2": 4})
        return json_response({"id": product, "ratings": ratings})

    def _post(self, product: int, request: Request) -> Response:
        try:
            ratings = json.loads(request.body)
        except ValueError:
            return json_response({"error": "please provide valid ratings JSON"}, 400)
        if self.version == "v2":
            return json_response({"error": "Post not implemented for database backed ratings"}, 501)
        self.given[product] = ratings
        return json_response({"id": product, "ratings": ratings})

    def _unavailable(self) -> bool:
        period = _SWITCH_SECONDS.get(self.version)
        return period is not None and int((time.monotonic() - self.started) / period) % 2 == 1


if __name__ == "__main__":
    serve(Ratings(os.environ.get("SERVICE_VERSION", "v1")).answer, 9080)
