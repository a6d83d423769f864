"""Bookinfo's details: what is printed on a book's cover."""

import os

from lateen.programs.bookinfo.forwarding import forwarded_headers
from lateen.programs.dialing import NoAnswerError
from lateen.programs.http_client import fetch
from lateen.programs.http_server import Request, Response, serve, text_response
from lateen.programs.json_answer import json_response

_ISBN = "0486424618"
_BOOKS = f"http://www.googleapis.com:80/books/v1/volumes?q=isbn:{_ISBN}"


def answer(request: Request) -> Response:
    """/health and /details/{id}."""
    path = request.path
    if path == "/health":
        return json_response({"status": "Details is healthy"})
    if path != "/details" and not path.startswith("/details/"):
        return text_response("Not Found\n", 404)
    product = path.rpartition("/")[2]
    if not product.lstrip("-").isdecimal():
        return json_response({"error": "please provide numeric product id"}, 400)
    if os.environ.get("ENABLE_EXTERNAL_BOOK_SERVICE") == "true":
        return _from_outside(int(product), request)
    return json_response(_book(int(product)))


def _book(product: int) -> dict[str, object]:
    return {
        "id": product,
        "author": "William Shakespeare",
        "year": 1595,
        "type": "paperback",
        "pages": 200,
        "publisher": "PublisherA",
        "language": "English",
        "ISBN-10": "1234567890",
        "ISBN-13": "123-1234567890",
    }


def _from_outside(product: int, request: Request) -> Response:
    import json  # noqa: PLC0415 - only this variant of the image reads JSON

    try:
        reply = fetch(_BOOKS, forwarded_headers(request.headers), timeout=5.0)
        book = json.loads(reply.body)["items"][0]["volumeInfo"]
        return json_response(_external_book(product, book))
    except (NoAnswerError, ValueError, KeyError, IndexError, TypeError) as failure:
        return json_response({"error": f"the external book service gave no book: {failure}"}, 400)


def _external_book(product: int, book: dict[str, object]) -> dict[str, object]:
    identifiers = book["industryIdentifiers"]
    authors = book["authors"]
    if not isinstance(identifiers, list) or not isinstance(authors, list):
        raise TypeError("authors or identifiers are not lists")
    isbn = {item["type"]: item["identifier"] for item in identifiers}
    return {
        "id": product,
        "author": authors[0],
        "year": book["publishedDate"],
        "type": "paperback" if book["printType"] == "BOOK" else "unknown",
        "pages": book["pageCount"],
        "publisher": book["publisher"],
        "language": "English" if book["language"] == "en" else "unknown",
        "ISBN-10": isbn["ISBN_10"],
        "ISBN-13": isbn["ISBN_13"],
    }


if __name__ == "__main__":
    serve(answer, 9080)
