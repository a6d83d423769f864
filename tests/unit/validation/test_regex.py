import pytest

from lateen.validation.regex import regex_mistake


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            ".*",
            "^/a(/b)?$",
            "(?i)foo",
            "a(?i)b",
            "(?:x|y)+?",
            "(?P<n>a)",
            "(?<n>a)",
            "[]a]",
            "[^]a]",
            "[[:alpha:]_-]+",
        ),
        *(
            r"\d{3}",
            "a{2,}",
            "a{2,3}?",
            "{",
            "a{,3}",
            r"\Q(*\E",
            r"\pL\p{Greek}",
            r"\(",
            "^*",
            "a|b|",
            r"[\]]",
            "(?s:.)",
        ),
        r"^(.*?;)?(user=jason)(;.*)?$",
    ],
)
def test_what_re2_reads(pattern: str) -> None:
    assert regex_mistake(pattern) == ""


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        ")",
        "a)",
        "(a",
        "[a",
        "*",
        "a**",
        "a|*",
        "(*)",
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        r"(a)\1",
        "a\\",
        "a{1001}",
        "a{3,2}",
        "(?x",
    ],
)
def test_what_re2_refuses(pattern: str) -> None:
    assert regex_mistake(pattern) != ""
