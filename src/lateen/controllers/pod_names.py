"""Names as kubectl shows them: `reviews-v1-6d8f7c5b9d-x7k2p`."""

import hashlib
import json
import random

from lateen.api.meta import JsonObject

ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""Kubernetes' alphabet for generated names: no vowels, so no words."""


def template_hash(template: JsonObject) -> str:
    """Ten characters that change when the pod template does."""
    digest = hashlib.blake2s(json.dumps(template, sort_keys=True).encode()).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:10])


def pod_name(deployment: str, hash_: str, source: random.Random) -> str:
    """A new pod's name, at most 63 characters long."""
    suffix = "".join(source.choice(ALPHABET) for _ in range(5))
    return f"{deployment[: 63 - len(hash_) - len(suffix) - 2]}-{hash_}-{suffix}"
