"""The control plane's metrics, by the names that Istio's dashboards read."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

TIMES = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 5, 10, 20, 30)
SIZES = (1, 10_000, 1_000_000, 4_000_000, 10_000_000, 40_000_000)


class Metrics:
    """A registry of its own, so that two control planes in one process don't share counts."""

    def __init__(self, version: str = "") -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        self.proxies = Gauge("pilot_xds", "Proxies connected over xDS.", ["version"], registry=registry)
        self.pushes = Counter("pilot_xds_pushes", "xDS responses sent.", ["type"], registry=registry)
        self.push_time = Histogram(
            "pilot_xds_push_time", "Seconds to work out and queue a push.", ["type"], buckets=TIMES, registry=registry
        )
        self.config_size = Histogram(
            "pilot_xds_config_size_bytes", "Bytes of xDS responses.", ["type"], buckets=SIZES, registry=registry
        )
        self.convergence_time = Histogram(
            "pilot_proxy_convergence_time",
            "Seconds between a change of configuration and its last acknowledgement.",
            buckets=TIMES,
            registry=registry,
        )
        self.rejects = Counter(
            "pilot_total_xds_rejects", "xDS responses refused by proxies.", ["type"], registry=registry
        )
        self.internal_errors = Counter(
            "pilot_total_xds_internal_errors", "Internal failures of xDS.", registry=registry
        )
        self.triggers = Counter("pilot_push_triggers", "What made a push necessary.", ["type"], registry=registry)
        self.config_events = Counter(
            "pilot_k8s_cfg_events", "Changes of configuration seen.", ["type", "event"], registry=registry
        )
        self.registry_events = Counter(
            "pilot_k8s_reg_events", "Changes of services and workloads seen.", ["type", "event"], registry=registry
        )
        self.services = Gauge("pilot_services", "Services known.", registry=registry)
        self.virtual_services = Gauge("pilot_virt_services", "Virtual services known.", registry=registry)
        self.validation_passed = Counter(
            "galley_validation_passed", "Resources found valid.", ["group", "version", "resource"], registry=registry
        )
        self.validation_failed = Counter(
            "galley_validation_failed",
            "Resources found invalid.",
            ["group", "version", "resource", "reason"],
            registry=registry,
        )
        Gauge("istio_build", "The version running.", ["component", "tag"], registry=registry).labels(
            "pilot", version
        ).set(1)

    def text(self) -> bytes:
        """Prometheus' text format."""
        return generate_latest(self.registry)
