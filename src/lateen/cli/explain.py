"""`lateen explain`: what a request would do, and why."""

from pathlib import Path

import click
import msgspec

from lateen.api.codec import to_yaml
from lateen.cli.asking import parse_labels, scenario_from
from lateen.cli.mesh import mesh_options, namespace_option
from lateen.explain.caller import choose_caller
from lateen.explain.dump import explain_dump, read_dump
from lateen.explain.explain import explain
from lateen.explain.inbound import explain_inbound
from lateen.explain.question import Client, Question, WrongQuestionError, parse_call, parse_headers
from lateen.explain.result import Explanation
from lateen.explain.text import text_of

METHODS = "[METHOD] URL"


@click.command(name="explain")
@click.argument("what", nargs=-1, required=True, metavar=METHODS)
@click.option(
    "-f", "--filename", "files", multiple=True, help="Files, folders or - with the configuration; none: the mesh's own."
)
@click.option("-R", "--recursive", is_flag=True, help="Read folders with what is below them.")
@click.option("--from", "caller", default="", metavar="WHO", help="reviews-v1, deploy/…, sa/…, svc/…, gateway/….")
@click.option("-l", "--labels", default="", metavar="K=V,…", help="The caller by its labels.")
@namespace_option
@click.option("-H", "--header", "headers", multiple=True, metavar="NAME: VALUE", help="May be repeated.")
@click.option("-X", "--method", default="", help="The method, if it does not stand before the URL [default: GET].")
@click.option("--inbound", is_flag=True, help="Ask what the called workload's own proxy does with a call that arrives.")
@click.option("--tls", is_flag=True, help="The client itself speaks TLS.")
@click.option("--mtls", is_flag=True, help="The client speaks TLS and shows a certificate.")
@click.option("--sni", default="", help="The server name the client sends [default: the host].")
@click.option("--alpn", default="", help="The protocols the client offers, as h2,http/1.1.")
@click.option("--h2", is_flag=True, help="The client speaks HTTP/2.")
@click.option("--all", "everything", is_flag=True, help="Also say which rules were looked at, and which have no part.")
@click.option(
    "--config-dump",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="Follow the call through this dump of a proxy's configuration instead.",
)
@click.option("-o", "--output", type=click.Choice(["text", "json", "yaml"]), default="text", show_default=True)
@mesh_options
def command(
    what: tuple[str, ...],
    files: tuple[str, ...],
    recursive: bool,
    caller: str,
    labels: str,
    namespace: str,
    headers: tuple[str, ...],
    method: str,
    inbound: bool,
    tls: bool,
    mtls: bool,
    sni: str,
    alpn: str,
    h2: bool,
    everything: bool,
    config_dump: Path | None,
    output: str,
    mesh: str,
    kubeconfig: Path | None,
    context: str,
) -> None:
    """Say what a request would do, and why: which rule takes it, where it goes, what is changed on the way.

    With -f nothing needs to run. With -f and --mesh NAME the files are taken as if they were applied to that mesh.

    \b
      lateen explain -f config/ --from productpage-v1 GET http://reviews:9080/reviews/1 -H 'end-user: jason'
      lateen explain --from gateway/istio-ingressgateway GET http://bookinfo.example.com/productpage
      lateen explain -f config/ --from sleep tcp://mysql:3306
    """
    side = Client(tls=tls, sni=sni, alpn=alpn, h2=h2, certificate=mtls)
    try:
        question = _question(what, method, headers, side, inbound)
        if config_dump is not None:
            click.echo(_written(explain_dump(read_dump(config_dump.read_text()), question), output))
            return
        scenario = scenario_from(
            files,
            recursive=recursive,
            namespace=namespace,
            ports={question.port},
            mesh=mesh,
            kubeconfig=kubeconfig,
            context=context,
        )
        who = choose_caller(scenario, caller, namespace or "default", parse_labels(labels))
        answer = (
            explain_inbound(scenario, who, question)
            if inbound
            else explain(scenario, who, question, everything=everything)
        )
    except WrongQuestionError as error:
        raise click.UsageError(str(error)) from None
    click.echo(_written(answer, output))


def _question(what: tuple[str, ...], method: str, headers: tuple[str, ...], side: Client, inbound: bool) -> Question:
    return parse_call(what, method=method, headers=parse_headers(headers), client=side, inbound=inbound)


def _written(answer: Explanation, output: str) -> str:
    if output == "text":
        return text_of(answer)
    if output == "yaml":
        return to_yaml(msgspec.to_builtins(answer)).rstrip()
    return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()
