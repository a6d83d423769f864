"""Where the mesh's name server answers."""

DNS_PORT = 53
"""Names of the cluster: what every pod asks, and what proxies look up the addresses of other hosts by."""

CAPTURED_PORT = 15053
"""The same and the hosts of ServiceEntries, whose addresses in the mesh lead somewhere only through a sidecar."""
