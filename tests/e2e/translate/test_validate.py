"""Envoy itself accepts what translate writes."""

from pathlib import Path

import pytest
from tests.support import sample_proxy
from tests.support.static_bootstrap import validate

from lateen.translate.resources import translate_proxy

pytestmark = pytest.mark.root


def test_envoy_accepts_one_of_everything_without_a_warning(tmp_path: Path) -> None:
    assert validate(translate_proxy(sample_proxy.CONFIG), tmp_path) == ""
