from pathlib import Path

import pytest

from lateen.node.image import find_image
from lateen.node.images import image_table


def test_users_lines_come_before_ours(tmp_path: Path) -> None:
    file = tmp_path / "images.yaml"
    file.write_text(
        'images:\n- pattern: "traefik/whoami:*"\n  command: my-whoami --port 80\n  env: {A: 1}\n'
        '- pattern: "acme/*"\n  command: [acme]\n'
    )
    table = image_table([tmp_path / "absent.yaml", file])
    image = find_image(table, "traefik/whoami:v1")
    assert image is not None
    assert (image.entrypoint, image.env, image.origin) == (("my-whoami", "--port", "80"), {"A": "1"}, str(file))
    assert find_image(table, "registry.acme.com/acme/thing:2") is not None


@pytest.mark.parametrize("text", ["images: 3", "images: [{command: x}]", "images: [{pattern: x}]", "- x"])
def test_a_wrong_table_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "images.yaml"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"images\.yaml"):
        image_table([file])
