import pytest

from lateen.node.image import Image, annotated_image, find_image
from lateen.node.images import built_in_images


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("registry.istio.io/release/examples-bookinfo-productpage-v1:1.20.3", "lateen.programs.bookinfo.productpage"),
        ("docker.io/istio/examples-bookinfo-reviews-v3:1.19", "lateen.programs.bookinfo.reviews"),
        ("docker.io/mccutchen/go-httpbin:v2.15.0", "lateen.programs.httpbin"),
        ("docker.io/kennethreitz/httpbin", "lateen.programs.httpbin"),
        ("traefik/whoami@sha256:aa", "lateen.programs.whoami"),
        ("docker.io/istio/examples-helloworld-v2:1.0", "lateen.programs.helloworld"),
    ],
)
def test_sample_images_run_our_programs(name: str, module: str) -> None:
    image = find_image(built_in_images(), name)
    assert image is not None
    assert module in image.argv((), ())


@pytest.mark.parametrize("name", ["auto", "docker.io/istio/proxyv2:1.31", "localhost:5000/proxyv2:x"])
def test_proxy_images_are_envoy(name: str) -> None:
    image = find_image(built_in_images(), name)
    assert image is not None
    assert image.proxy


def test_unknown_images_are_unknown() -> None:
    assert find_image(built_in_images(), "example.com/team/nginx-like:1") is None


def test_reviews_versions_differ_by_their_environment() -> None:
    found = [find_image(built_in_images(), f"x/examples-bookinfo-reviews-v{n}:1") for n in (1, 2, 3)]
    assert [image.env.get("STAR_COLOR") for image in found if image] == [None, "black", "red"]


def test_command_and_args_replace_what_the_image_says() -> None:
    image = Image("x", ("run", "it"), ("default",))
    assert image.argv((), ()) == ["run", "it", "default"]
    assert image.argv((), ("a",)) == ["run", "it", "a"]
    assert image.argv(("sleep",), ("1",)) == ["sleep", "1"]
    assert image.argv(("sleep",), ()) == ["sleep"]


def test_an_annotation_names_a_program() -> None:
    image = annotated_image({"lateen.dev/image.app": "python3 -m 'http server'"}, "app")
    assert image is not None
    assert image.entrypoint == ("python3", "-m", "http server")
    assert annotated_image({"lateen.dev/image.app": "x"}, "other") is None
