"""Bookinfo's product page: the one that users see."""

import json
import os
import threading
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from lateen.programs.bookinfo.dependency import base_url
from lateen.programs.bookinfo.forwarding import forwarded_headers
from lateen.programs.bookinfo.page import STYLE, Part, index_page, product_page
from lateen.programs.dialing import NoAnswerError
from lateen.programs.http_client import fetch
from lateen.programs.http_server import Request, Response, serve, text_response
from lateen.programs.json_answer import json_response

_TIMEOUT_SECONDS = 3.0
_HTML = "text/html; charset=utf-8"
_PRODUCTS = [
    {
        "id": 0,
        "title": "The Comedy of Errors",
        "descriptionHtml": '<a href="https://en.wikipedia.org/wiki/The_Comedy_of_Errors">Wikipedia Summary</a>: '
        "an early comedy by <b>William Shakespeare</b>, his shortest: two pairs of twins, separated at birth, "
        "meet in one town, and everybody takes everybody for somebody else.",
    }
]


@dataclass
class ProductPage:
    """The page and its API; the attributes are the base URLs of the services behind."""

    details: str
    reviews: str
    ratings: str
    flood: int = 0
    _results: dict[tuple[str, int], int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Response:
        """One request."""
        match request.path:
            case "/" | "/index.html":
                return text_response(index_page(self._tree()), kind=_HTML)
            case "/productpage":
                return self._page(request)
            case "/login":
                return self._login(request)
            case "/logout":
                return _redirect(request, "session=; Path=/; Max-Age=0; HttpOnly")
            case "/health":
                return text_response("Product page is healthy")
            case "/metrics":
                return text_response(self._metrics(), kind="text/plain; version=0.0.4; charset=utf-8")
            case "/static/bookinfo.css":
                return text_response(STYLE, kind="text/css; charset=utf-8")
            case path if path == "/api/v1/products" or path.startswith("/api/v1/products/"):
                return self._api(request)
        return text_response("Not Found\n", 404)

    def _page(self, request: Request) -> Response:
        headers = self._headers(request)
        details = self._fetch("details", 0, headers)
        for _ in range(self.flood):
            threading.Thread(target=self._fetch, args=("reviews", 0, headers), daemon=True).start()
        reviews = self._fetch("reviews", 0, headers)
        product = {key: str(value) for key, value in _PRODUCTS[0].items()}
        return text_response(product_page(product, details, reviews, _user(request)), kind=_HTML)

    def _login(self, request: Request) -> Response:
        if request.method != "POST":
            return text_response("Method Not Allowed\n", 405)
        user = request.form.get("username") or dict(request.query).get("username", "")
        return _redirect(request, f"session={quote(user, safe='')}; Path=/; HttpOnly")

    def _api(self, request: Request) -> Response:
        words = request.path.removeprefix("/api/v1/products").strip("/").split("/")
        if words == [""]:
            return json_response(_PRODUCTS, spaced=True)
        service = "details" if len(words) == 1 else words[1]
        if (
            len(words) > 2
            or service not in ("details", "reviews", "ratings")
            or (len(words) == 2 and service == "details")
        ):
            return text_response("Not Found\n", 404)
        part = self._fetch(service, words[0], self._headers(request))
        return json_response(part.content, part.status, spaced=True)

    def _headers(self, request: Request) -> list[tuple[str, str]]:
        headers = [(name, value) for name, value in forwarded_headers(request.headers) if name != "end-user"]
        user = _user(request) or request.headers.get("end-user")
        return [*headers, ("end-user", user)] if user else headers

    def _fetch(self, service: str, product: object, headers: list[tuple[str, str]]) -> Part:
        status = 500
        # Asking for reviews twice is the original's own mistake: a lesson of its fault injection task needs it.
        for _ in range(2 if service == "reviews" else 1):
            status, content = self._fetch_once(service, product, headers)
            if content is not None:
                return Part(200, content)
        sorry = "product details" if service == "details" else f"product {service}"
        return Part(status, {"error": f"Sorry, {sorry} are currently unavailable for this book."})

    def _fetch_once(
        self, service: str, product: object, headers: list[tuple[str, str]]
    ) -> tuple[int, dict[str, object] | None]:
        base = {"details": self.details, "reviews": self.reviews, "ratings": self.ratings}[service]
        try:
            reply = fetch(f"{base}/{service}/{quote(str(product))}", headers, _TIMEOUT_SECONDS)
            content = json.loads(reply.body) if reply.status == 200 else None
            status = reply.status
        except (NoAnswerError, ValueError):
            status, content = 500, None
        with self._lock:
            self._results[service, status] = self._results.get((service, status), 0) + 1
        return status, content if isinstance(content, dict) else None

    def _tree(self) -> str:
        details, ratings = _row("details", self.details, ""), _row("ratings", self.ratings, "")
        return f"<table>{_row('productpage', '', details + _row('reviews', self.reviews, ratings))}</table>"

    def _metrics(self) -> str:
        lines = ["# HELP request_result_total Results of requests", "# TYPE request_result_total counter"]
        with self._lock:
            for (app, code), count in sorted(self._results.items()):
                lines.append(f'request_result_total{{destination_app="{app}",response_code="{code}"}} {count}.0')
        return "".join(f"{line}\n" for line in lines)


def _row(name: str, url: str, children: str) -> str:
    inner = f"<table>{children}</table>" if children else ""
    return f"<tr><th>{name}</th><td>{url}</td><td>{inner}</td></tr>"


def _user(request: Request) -> str:
    return unquote(request.cookies.get("session", ""))


def _redirect(request: Request, cookie: str) -> Response:
    target = request.headers.get("referer", "/productpage")
    return Response(302, b"", (("Location", target), ("Set-Cookie", cookie)))


def main() -> None:
    """Serve with the services that the environment names."""
    page = ProductPage(
        details=base_url("details"),
        reviews=base_url("reviews"),
        ratings=base_url("ratings"),
        flood=int(os.environ.get("FLOOD_FACTOR") or 0),
    )
    serve(page.answer, 9080)


if __name__ == "__main__":
    main()
