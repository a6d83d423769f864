"""Requests from within a pod: `client.py URL COUNT [HEADER]`, one line of JSON each: status and body, as they come.

A HEADER's `{}` is the number of the request. COUNT 0 never ends.
"""

import itertools
import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

FILE = Path(__file__)
PAUSE = 0.02
"""Fifty requests in a second."""


def ask(url: str, headers: dict[str, str]) -> dict[str, object]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as answer:
            return {"status": answer.status, **json.loads(answer.read())}
    except urllib.error.HTTPError as error:
        return {"status": error.code}
    except OSError as error:
        return {"status": 0, "error": str(error)}


def main(url: str, count: int, header: str = "") -> None:
    name, _, value = header.partition(": ")
    for number in itertools.count() if count == 0 else range(count):
        print(json.dumps(ask(url, {name: value.format(number)} if name else {})), flush=True)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
