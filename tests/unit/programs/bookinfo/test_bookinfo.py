import json
from dataclasses import dataclass

import pytest
from tests.unit.programs.conftest import Serve, Served

from lateen.programs.bookinfo import details
from lateen.programs.bookinfo.forwarding import FORWARDED
from lateen.programs.bookinfo.productpage import ProductPage
from lateen.programs.bookinfo.ratings import Ratings
from lateen.programs.bookinfo.reviews import Reviews
from lateen.programs.http_message import Headers
from lateen.programs.http_server import Request, Response, text_response

NOWHERE = "http://127.0.0.1:1"


@dataclass
class Bookinfo:
    page: Served
    reviews: Served


@pytest.fixture
def bookinfo(served: Serve) -> Bookinfo:
    ratings = served(Ratings("v1").answer)
    reviews = served(Reviews("reviews-v2-abc", "null", ratings.url, "black").answer)
    shop = served(details.answer)
    return Bookinfo(served(ProductPage(shop.url, reviews.url, ratings.url).answer), reviews)


def test_the_page_shows_details_reviews_and_stars(bookinfo: Bookinfo) -> None:
    reply = bookinfo.page.ask("/productpage")
    page = reply.body.decode()
    assert (reply.status, reply.headers.get("content-type")) == (200, "text/html; charset=utf-8")
    assert "<title>Simple Bookstore App</title>" in page
    assert "<u>reviews-v2-abc</u>" in page
    assert page.count('glyphicon glyphicon-star"') == 9
    assert page.count('glyphicon glyphicon-star-empty"') == 1
    assert '<font color="black">' in page
    assert "PublisherA" in page


def test_without_stars_and_with_red_ones(served: Serve, bookinfo: Bookinfo) -> None:
    shop = served(details.answer)
    plain = served(Reviews("reviews-v1-abc", "null", None, "black").answer)
    page = served(ProductPage(shop.url, plain.url, NOWHERE).answer).ask("/productpage").body.decode()
    assert "glyphicon" not in page
    assert "<u>reviews-v1-abc</u>" in page
    ratings = served(Ratings("v1").answer)
    red = served(Reviews("reviews-v3-abc", "c1", ratings.url, "red").answer)
    page = served(ProductPage(shop.url, red.url, NOWHERE).answer).ask("/productpage").body.decode()
    assert '<font color="red">' in page
    assert "on cluster <u>c1</u>" in page


def test_a_service_that_fails_leaves_the_rest_of_the_page(served: Serve) -> None:
    asked = []

    def broken(request: Request) -> Response:
        asked.append(request.path)
        return text_response("no", 503)

    page = served(ProductPage(NOWHERE, served(broken).url, NOWHERE).answer)
    text = page.ask("/productpage").body.decode()
    assert "Error fetching product details!" in text
    assert "Sorry, product reviews are currently unavailable for this book." in text
    assert asked == ["/reviews/0"] * 2
    metrics = page.ask("/metrics").body.decode()
    assert 'request_result_total{destination_app="reviews",response_code="503"} 2.0' in metrics
    assert 'request_result_total{destination_app="details",response_code="500"} 1.0' in metrics


def test_signing_in_sends_the_user_along(served: Serve) -> None:
    seen: list[Request] = []

    def spy(request: Request) -> Response:
        seen.append(request)
        return details.answer(request)

    url = served(spy).url
    page = served(ProductPage(url, NOWHERE, NOWHERE).answer)
    login = page.ask("/login", "POST", {"Referer": "http://shop/productpage"}, b"username=jason+%26co&passwd=")
    assert (login.status, login.headers.get("location")) == (302, "http://shop/productpage")
    cookie = login.headers.get("set-cookie").partition(";")[0]
    text = page.ask("/productpage", headers={"Cookie": cookie}).body.decode()
    assert "jason &amp;co (" in text
    assert seen[-1].headers.get("end-user") == "jason &co"
    assert page.ask("/login").status == 405
    assert "Max-Age=0" in page.ask("/logout").headers.get("set-cookie")
    page.ask("/productpage")
    assert "end-user" not in seen[-1].headers


def test_tracing_headers_go_through_every_service(served: Serve) -> None:
    seen: dict[str, Request] = {}

    def spy(request: Request) -> Response:
        seen[request.path] = request
        return Ratings("v1").answer(request) if request.path.startswith("/ratings") else details.answer(request)

    behind = served(spy)
    reviews = served(Reviews("p", "null", behind.url, "red").answer)
    page = served(ProductPage(behind.url, reviews.url, behind.url).answer)
    headers = {name: f"v-{name}" for name in FORWARDED} | {"cookie": "a=b"}
    page.ask("/productpage", headers=headers | {"x-other": "stays"})
    for request in (seen["/details/0"], seen["/ratings/0"]):
        assert {name: request.headers.get(name) for name in FORWARDED} == headers
        assert "x-other" not in request.headers


def test_the_api(bookinfo: Bookinfo) -> None:
    def ask(path: str) -> tuple[int, object]:
        reply = bookinfo.page.ask(f"/api/v1/products{path}")
        return reply.status, json.loads(reply.body)

    status, products = ask("")
    assert status == 200
    assert isinstance(products, list)
    assert products[0]["title"] == "The Comedy of Errors"
    assert ask("/7")[1] == json.loads(details.answer(request("/details/7")).body)  # type: ignore[arg-type]
    assert ask("/7/ratings") == (200, {"id": 7, "ratings": {"Reviewer1": 5, "Reviewer2": 4}})
    status, reviews = ask("/7/reviews")
    assert isinstance(reviews, dict)
    assert (status, reviews["podname"]) == (200, "reviews-v2-abc")
    assert ask("/x") == (400, {"error": "Sorry, product details are currently unavailable for this book."})
    assert bookinfo.page.ask("/api/v1/products/7/other").status == 404


def request(path: str, method: str = "GET", body: bytes = b"") -> Request:
    return Request(method, path, "HTTP/1.1", Headers(), body, ("127.0.0.1", 1))


def test_reviews_json_is_the_originals(bookinfo: Bookinfo) -> None:
    body = bookinfo.reviews.ask("/reviews/1").body.decode()
    assert '"id": "1", "podname": "reviews-v2-abc", "clustername": "null"' in body
    assert '"rating": {"stars": 5, "color": "black"}' in body
    assert '"rating": {"stars": 4, "color": "black"}' in body
    assert bookinfo.reviews.ask("/reviews/x").status == 404
    assert bookinfo.reviews.ask("/health").body == b'{"status": "Reviews is healthy"}'


def test_reviews_without_ratings_say_so() -> None:
    body = Reviews("p", "null", NOWHERE, "red").answer(request("/reviews/1")).body
    assert body.count(b'"rating": {"error": "Ratings service is currently unavailable"}') == 2  # type: ignore[union-attr]


def test_ratings() -> None:
    ratings = Ratings("v1")
    assert ratings.answer(request("/ratings/1")).body == b'{"id":1,"ratings":{"Reviewer1":5,"Reviewer2":4}}'
    posted = ratings.answer(request("/ratings/1", "POST", b'{"Reviewer1":1}'))
    assert posted.body == ratings.answer(request("/ratings/1")).body == b'{"id":1,"ratings":{"Reviewer1":1}}'
    assert ratings.answer(request("/ratings/2")).body == b'{"id":2,"ratings":{"Reviewer1":5,"Reviewer2":4}}'
    assert ratings.answer(request("/ratings/x")).status == 400
    assert ratings.answer(request("/ratings/1", "POST", b"{")).status == 400
    assert ratings.answer(request("/other")).status == 404


def test_ratings_that_fail_on_purpose() -> None:
    assert Ratings("v2").answer(request("/ratings/1")).status == 500
    statuses = {Ratings("v-faulty").answer(request("/ratings/1")).status for _ in range(200)}
    assert statuses == {200, 503}
    unhealthy = Ratings("v-unhealthy")
    assert unhealthy.answer(request("/health")).status == 200
    unhealthy.started -= 1000
    assert unhealthy.answer(request("/health")).status == 500
    assert unhealthy.answer(request("/ratings/1")).status == 503


def test_details() -> None:
    body = details.answer(request("/details/0")).body
    assert json.loads(body) == {  # type: ignore[arg-type]
        "id": 0,
        "author": "William Shakespeare",
        "year": 1595,
        "type": "paperback",
        "pages": 200,
        "publisher": "PublisherA",
        "language": "English",
        "ISBN-10": "1234567890",
        "ISBN-13": "123-1234567890",
    }
    wrong = details.answer(request("/details/x"))
    assert (wrong.status, wrong.body) == (400, b'{"error":"please provide numeric product id"}')
    assert details.answer(request("/nothing")).status == 404


def test_text_from_other_services_is_escaped(served: Serve) -> None:
    evil = served(Reviews("<script>alert(1)</script>", "null", None, "").answer)
    page = served(ProductPage(NOWHERE, evil.url, NOWHERE).answer).ask("/productpage").body
    assert b"<script>" not in page
    assert b"&lt;script&gt;" in page
