from lateen.client.error import error_from, error_from_status


def test_a_status_is_decoded() -> None:
    body = b'{"kind":"Status","code":404,"reason":"NotFound","message":"pods \\"p\\" not found","details":{"name":"p"}}'
    error = error_from(404, body)
    assert (error.status, error.reason, error.details) == (404, "NotFound", {"name": "p"})
    assert str(error) == 'Error from server (NotFound): pods "p" not found'
    assert error.is_missing


def test_anything_else_keeps_its_first_words() -> None:
    error = error_from(502, b"<html>bad gateway</html>")
    assert (error.reason, error.message) == ("BadGateway", "<html>bad gateway</html>")
    assert error_from(599, b"").message


def test_a_watchs_error_event() -> None:
    assert error_from_status({"code": 410, "reason": "Expired"}).is_too_old
