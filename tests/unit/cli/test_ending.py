"""Exit statuses."""

import click
import pytest

from lateen.cli.ending import ended


def ends_with(failure: BaseException) -> object:
    with pytest.raises(SystemExit) as end, ended():
        raise failure
    return end.value.code


def test_each_way_to_end_has_its_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert ends_with(click.Abort()) == 130
    assert ends_with(click.UsageError("wrong")) == 2
    assert ends_with(click.ClickException("No way")) == 1
    assert capsys.readouterr().err == "error: wrong\nerror: no way\n"


def test_words_that_are_no_words_keep_their_capitals(capsys: pytest.CaptureFixture[str]) -> None:
    ends_with(click.UsageError("URL is missing"))
    assert capsys.readouterr().err == "error: URL is missing\n"


def test_what_is_no_mistake_of_the_user_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), ended():
        raise ZeroDivisionError
