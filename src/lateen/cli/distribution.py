"""What became of a change: which proxies it reached, how fast, and who refused it."""

import time
from collections.abc import Iterable, Sequence

import click

from lateen.api.meta import JsonObject
from lateen.client.error import ApiError
from lateen.client.resource_path import with_query
from lateen.client.sync import SyncClient

PATIENCE_SECONDS = 1.0
"""How long a plain `apply` looks after its change; it does not fail when that is too short."""


def report_distribution(
    client: SyncClient, revision: int, *, first: int = 0, wait: bool = False, timeout: float = PATIENCE_SECONDS
) -> bool:
    """Print how far the changes from the revision `first` to `revision` came; False when a proxy refused one, or `wait`
    ran out of time. What no proxy needs to know is only said when asked to wait."""
    answer = _distribution(client, (first, revision), timeout if wait else PATIENCE_SECONDS)
    if answer is None:
        return True
    refusals = ((refusal["proxy"], refusal["message"]) for refusal in answer.get("nacked") or [])
    for words, who in group_by_words(refusals).items():
        click.echo(f"error: {who} refused it: {words}", err=True)
    postponed = answer.get("postponed", False)
    if postponed:
        click.echo("not in effect yet: it waits a few seconds for a rule that it needs", err=True)
    elif answer["proxies"] or wait:
        click.echo(summary(answer))
    complete = not postponed and answer["acked"] + len(answer.get("nacked") or []) >= answer["proxies"]
    if wait and not complete:
        click.echo(f"error: not acknowledged by every proxy within {timeout:g} s: see `lateen proxy-status`", err=True)
    return not answer.get("nacked") and (complete or not wait)


def group_by_words(refusals: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Who says so, by what they say; `refusals` are pairs of a proxy and its words."""
    proxies: dict[str, list[str]] = {}
    for proxy, words in refusals:
        proxies.setdefault(words, []).append(proxy)
    return {words: _named(names) for words, names in proxies.items()}


def _named(proxies: Sequence[str]) -> str:
    if len(proxies) == 1:
        return f"proxy {proxies[0]}"
    return f"{len(proxies)} proxies ({', '.join(proxies[:2])}{', …' if len(proxies) > 2 else ''})"


def revision_now(client: SyncClient) -> int:
    """The store's newest revision."""
    listing = client.get(with_query("/api/v1/namespaces", limit=1))
    return int(listing["metadata"]["resourceVersion"])


def summary(answer: JsonObject) -> str:
    """One line for people."""
    reached, acked = answer["proxies"], answer["acked"]
    if not reached:
        return "no running proxy is affected"
    proxies = f"{reached} prox{'y' if reached == 1 else 'ies'}"
    return f"reached {proxies}, acknowledged by {acked} after {answer['elapsedMs']:.0f} ms"


def _distribution(client: SyncClient, revisions: tuple[int, int], patience: float) -> JsonObject | None:
    deadline = time.monotonic() + patience
    while True:
        left = max(0.0, deadline - time.monotonic())
        first, last = revisions
        path = with_query("/distribution", revision=last, since=first, wait=f"{min(left, 20.0):.2f}")
        try:
            answer = client.get(path)
        except ApiError as error:
            if error.is_missing:
                return None  # another Kubernetes API: it has no proxies of ours
            raise
        if answer.get("complete") or time.monotonic() >= deadline:
            return answer
