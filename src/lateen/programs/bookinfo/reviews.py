"""Bookinfo's reviews: two opinions, with stars where the version asks the ratings service."""

import json
import os
import socket
from dataclasses import dataclass

from lateen.programs.bookinfo.dependency import base_url
from lateen.programs.bookinfo.forwarding import forwarded_headers
from lateen.programs.dialing import NoAnswerError
from lateen.programs.http_client import fetch
from lateen.programs.http_server import Request, Response, say, serve, text_response
from lateen.programs.json_answer import json_response

_TEXTS = {
    "Reviewer1": "An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!",
    "Reviewer2": "Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays "
    "by Shakespeare.",
}


@dataclass(frozen=True)
class Reviews:
    """One version of the service; `ratings` is a base URL, None where the version shows no stars."""

    pod: str
    cluster: str
    ratings: str | None
    color: str

    def answer(self, request: Request) -> Response:
        """/health and /reviews/{id}."""
        if request.path == "/health":
            return json_response({"status": "Reviews is healthy"}, spaced=True)
        product = request.path.removeprefix("/reviews/")
        if not request.path.startswith("/reviews/") or not product.lstrip("-").isdecimal():
            return text_response("Not Found\n", 404)
        stars = self._stars(product, request) if self.ratings else {}
        reviews = [self._review(reviewer, stars) for reviewer in _TEXTS]
        body = {"id": product, "podname": self.pod, "clustername": self.cluster, "reviews": reviews}
        return json_response(body, spaced=True)

    def _review(self, reviewer: str, stars: dict[str, object]) -> dict[str, object]:
        review: dict[str, object] = {"reviewer": reviewer, "text": _TEXTS[reviewer]}
        if self.ratings:
            error = {"error": "Ratings service is currently unavailable"}
            review["rating"] = {"stars": stars[reviewer], "color": self.color} if reviewer in stars else error
        return review

    def _stars(self, product: str, request: Request) -> dict[str, object]:
        url = f"{self.ratings}/ratings/{product}"
        # The original's versions differ here too: a lesson of its fault injection task needs it.
        timeout = 10.0 if self.color == "black" else 2.5
        try:
            reply = fetch(url, [("Accept", "application/json"), *forwarded_headers(request.headers)], timeout)
            if reply.status == 200:
                stars = json.loads(reply.body)["ratings"]
                return stars if isinstance(stars, dict) else {}
            say(f"Error: unable to contact {url} got status of {reply.status}")
        except (NoAnswerError, ValueError, KeyError, TypeError) as failure:
            say(f"Error: unable to contact {url} got exception {failure}")
        return {}


def main() -> None:
    """Serve the version that the environment describes."""
    with_stars = os.environ.get("ENABLE_RATINGS", "").lower() == "true"
    reviews = Reviews(
        pod=os.environ.get("HOSTNAME") or socket.gethostname(),
        cluster=os.environ.get("CLUSTER_NAME") or "null",
        ratings=base_url("ratings") if with_stars else None,
        color=os.environ.get("STAR_COLOR", "black"),
    )
    serve(reviews.answer, 9080)


if __name__ == "__main__":
    main()
