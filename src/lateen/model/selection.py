"""Selecting by labels."""

from collections.abc import Iterable, Mapping


def selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether `labels` have every pair of `selector`; an empty selector selects everything."""
    return all(labels.get(key) == value for key, value in selector.items())


def picked(labels: Mapping[str, str], keys: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The labels with those keys, sorted."""
    return tuple(sorted((key, labels[key]) for key in keys if key in labels))
