"""The task a person names, where looking at the data gave another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fledge.core.errors import DataError, UsageError, listed, shown
from fledge.jobs.checked import Checked
from fledge.tasks.table import TASKS


def as_asked(checked: Checked, task: str | None) -> Checked:
    """What was found, its labels read as this task takes them; an error where that can't be done."""
    if task is None or task == checked.task:
        return checked
    if task == "track-verification" and checked.kind == "track":
        raise UsageError("whose movements are meant is not said", hint="name the owner: --owner ann")
    kind, _, problem = checked.task.rpartition("-")
    known = [name for each in LABELS if (name := f"{kind}-{each}") in TASKS]
    if task not in known:
        raise UsageError(
            f"{task} is not learned from {checked.kind}s like those in {checked.source}",
            hint=f"of {problem} they could be made: {listed(known)}",
        )
    if checked.rows is not None:
        rows = checked.rows.as_asked(task)
        names = rows.target.names if task.endswith("regression") else ()
        told = rows.target.labels(rows.frame)
        return replace(checked, task=task, because="asked for", labels=told, rows=rows, names=names)
    read = LABELS[task.rpartition("-")[2]]
    labels = [read(label) if part else label for label, part in zip(checked.labels, checked.parts, strict=True)]
    if wrong := [place for place, label in enumerate(labels) if label is None and checked.parts[place]]:
        first = wrong[0]
        raise DataError(
            f"{len(wrong)} labels don't fit {task}, such as {shown(checked.labels[first])} of {checked.item(first)}",
            hint=f"leave --task out: the data look like {checked.task}",
        )
    return replace(checked, task=task, because="asked for", labels=tuple(labels))


def _one(label: Any) -> str | None:
    if isinstance(label, tuple):
        return str(label[0]) if len(label) == 1 else None
    return f"{label:g}" if isinstance(label, float) else str(label)


def _several(label: Any) -> tuple[str, ...]:
    return tuple(map(str, label)) if isinstance(label, tuple) else (str(_one(label)),)


def _number(label: Any) -> Any:
    try:
        return tuple(map(float, label)) if isinstance(label, tuple) else float(label)
    except ValueError:
        return None


LABELS: dict[str, Callable[[Any], Any]] = {"classification": _one, "tags": _several, "regression": _number}
"""How a label is read, by how a task's name ends; None is a label that can't be."""
