"""The HTML of bookinfo's product page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

_STARS = 5

STYLE = """\
body { font-family: sans-serif; margin: 0; color: #222; }
nav { background: #1f2937; color: #fff; padding: 1rem 2rem; display: flex; justify-content: space-between; }
nav a { color: #bbb; }
main { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; }
td, th { border: 1px solid #ccc; padding: .4rem .8rem; text-align: left; }
.columns { display: flex; gap: 2rem; flex-wrap: wrap; }
.columns section { flex: 1 1 20rem; }
.glyphicon { font-style: normal; font-size: 1.5rem; }
.glyphicon-star::before { content: "\\2605"; }
.glyphicon-star-empty::before { content: "\\2606"; }
.error { color: #b91c1c; }
"""

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Part:
    """What one of the services behind answered: its status and its JSON."""

    status: int
    content: Json


def index_page(tree: str) -> str:
    """The page that leads to the product page."""
    return _document(
        f"""<main>
<h3>Hello! This is a simple bookstore application consisting of three services as shown below</h3>
{tree}
<p>Click on one of the links below to auto generate a request to the backend as a real user or a tester</p>
<p><a href="/productpage?u=normal">Normal user</a></p>
<p><a href="/productpage?u=test">Test user</a></p>
</main>"""
    )


def product_page(product: Mapping[str, str], details: Part, reviews: Part, user: str) -> str:
    """The page of one book."""
    return _document(
        f"""<nav><a href="#">BookInfo Sample</a>{_sign_in(user)}</nav>
<main>
<h1>{escape(product["title"])}</h1>
<p>Summary: {product["descriptionHtml"]}</p>
<div class="columns">
<section>
{_details(details)}
</section>
<section>
{_reviews(reviews)}
</section>
</div>
</main>"""
    )


def _document(body: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<title>Simple Bookstore App</title>
<link rel="stylesheet" href="static/bookinfo.css">
</head>
<body>
{body}
</body>
</html>
"""


def _sign_in(user: str) -> str:
    if user:
        return f'<span>{escape(user)} (<a href="logout">sign out</a>)</span>'
    return """<form method="post" action="login" name="login_form">
<input name="username" placeholder="User Name" required> <input name="passwd" type="password" placeholder="Password">
<button type="submit">Sign in</button>
</form>"""


def _details(details: Part) -> str:
    if details.status != 200:
        return _failed("product details", details)
    rows = {
        "Type": "type",
        "Pages": "pages",
        "Publisher": "publisher",
        "Language": "language",
        "ISBN-10": "ISBN-10",
        "ISBN-13": "ISBN-13",
    }
    lines = [f"<dt>{label}:</dt><dd>{_text(details.content, key)}</dd>" for label, key in rows.items()]
    return "\n".join(["<h4>Book Details</h4>", "<dl>", *lines, "</dl>"])


def _reviews(reviews: Part) -> str:
    if reviews.status != 200:
        return _failed("product reviews", reviews)
    served = f"<dt>Reviews served by:</dt>\n<u>{_text(reviews.content, 'podname')}</u>"
    if reviews.content.get("clustername") not in (None, "null"):
        served += f" on cluster <u>{_text(reviews.content, 'clustername')}</u>"
    listed = reviews.content.get("reviews")
    parts = [_review(review) for review in listed if isinstance(review, dict)] if isinstance(listed, list) else []
    return "\n".join(["<h4>Book Reviews</h4>", *parts, f"<dl>\n{served}\n</dl>"])


def _review(review: Json) -> str:
    lines = [f"<blockquote>\n<p>{_text(review, 'text')}</p>\n<small>{_text(review, 'reviewer')}</small>"]
    rating = review.get("rating")
    if isinstance(rating, dict):
        lines += _rating(rating)
    return "\n".join([*lines, "</blockquote>"])


def _rating(rating: Json) -> Iterator[str]:
    stars = rating.get("stars")
    if not isinstance(stars, int):
        yield f'<p class="error"><i>{_text(rating, "error")}</i></p>'
        return
    yield f'<font color="{_text(rating, "color")}">'
    yield "<!-- full stars: -->" + '<span class="glyphicon glyphicon-star"></span>' * min(stars, _STARS)
    yield "<!-- empty stars: -->" + '<span class="glyphicon glyphicon-star-empty"></span>' * max(_STARS - stars, 0)
    yield "</font>"


def _failed(what: str, part: Part) -> str:
    return f'<h4 class="error">Error fetching {what}!</h4>\n<p>{_text(part.content, "error")}</p>'


def _text(content: Json, key: str) -> str:
    value = content.get(key)
    return "" if value is None else escape(str(value))
