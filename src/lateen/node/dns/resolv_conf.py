"""Reading the machine's /etc/resolv.conf."""

from ipaddress import ip_address

_NAMESERVERS_MOST = 3


def parse_nameservers(text: str) -> tuple[str, ...]:
    """The name servers that resolvers would use: the first three; lines that make no sense are skipped."""
    lines = (line.split() for line in text.splitlines())
    found = [words[1] for words in lines if len(words) > 1 and words[0] == "nameserver" and _is_address(words[1])]
    return tuple(found[:_NAMESERVERS_MOST])


def _is_address(text: str) -> bool:
    try:
        ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True
