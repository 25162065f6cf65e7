"""What the Tab key offers for the value of an option, where the values are names."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click

Offer = Callable[[click.Context, click.Parameter, str], list[str]]


def among(names: Callable[[], Iterable[str]]) -> Offer:
    """Offers those of the names that begin as what was typed; they are asked for only then.

    >>> among(lambda: ["cpu", "cuda", "mps"])(None, None, "c")
    ['cpu', 'cuda']
    """

    def offer(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
        return [name for name in names() if name.startswith(begun)]

    return offer


def devices() -> Iterable[str]:
    """What `--device` takes."""
    return ("auto", "cpu", "cuda", "mps")


def precisions() -> Iterable[str]:
    """What `--precision` takes."""
    return ("auto", "float32", "bfloat16", "float16")


def tasks() -> Iterable[str]:
    """What `--task` takes."""
    from fledge.tasks.table import TASKS

    return TASKS


def demos() -> Iterable[str]:
    """What `fledge demo` takes."""
    from fledge.jobs.demo import DEMOS

    return DEMOS
