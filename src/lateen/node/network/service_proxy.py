"""Keeping the service rules of a node namespace up to date."""

import threading
from pathlib import Path

from lateen.node.network.address_plan import AddressPlan
from lateen.node.network.forwarding import Forwarding
from lateen.node.network.nftables import NftablesRefusedError, load_rules
from lateen.node.network.service_rules import base_rules, change_rules


class ServiceProxy:
    """Does in the node namespace what kube-proxy does on a Kubernetes node, for pods and for the machine."""

    def __init__(self, netns: Path, plan: AddressPlan) -> None:
        self._netns = netns
        self._plan = plan
        self._applied: Forwarding | None = None
        self._lock = threading.Lock()

    def apply(self, forwarding: Forwarding) -> bool:
        """Make `forwarding` the rules, in one transaction; says whether anything changed. Raises nftables' errors.

        Connections that exist go on to the endpoint they have.
        """
        with self._lock:
            if forwarding == self._applied:
                return False
            try:
                load_rules(self._netns, self._commands(forwarding))
            except NftablesRefusedError:
                if self._applied is None:
                    raise
                self._applied = None  # Somebody changed the table behind our back: write all of it.
                load_rules(self._netns, self._commands(forwarding))
            self._applied = dict(forwarding)
            return True

    def _commands(self, forwarding: Forwarding) -> str:
        if self._applied is None:
            return base_rules(self._plan) + change_rules({}, forwarding)
        return change_rules(self._applied, forwarding)
