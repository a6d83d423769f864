"""Lateen: a service mesh with Istio's API, without a cluster."""

__version__ = "0.1.0"
