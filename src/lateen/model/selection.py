"""Selecting by labels."""

from collections.abc import Mapping


def selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether `labels` have every pair of `selector`; an empty selector selects everything."""
    return all(labels.get(key) == value for key, value in selector.items())
