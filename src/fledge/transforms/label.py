"""Labels as text: the one way a label is written, whatever kind of value it was."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral, Real

import numpy as np

from fledge.core.errors import DataError, shown

Label = str | int | bool
"""What people label with. A label is known by its text: 3 and "3" are one label."""


def label_text(label: object) -> str:
    """A label's text; what can't be one (missing, blank, a fraction, a list) is refused.

    >>> label_text("robin"), label_text(3), label_text(3.0), label_text(True)
    ('robin', '3', '3', 'True')
    """
    if isinstance(label, str) and label.strip():
        return str(label)
    if isinstance(label, bool | np.bool_):
        return str(bool(label))
    if isinstance(label, Integral):
        return str(int(label))
    if isinstance(label, Real) and float(label).is_integer():
        return str(int(float(label)))
    raise DataError(
        f"a label is text, a whole number, or true or false, not {shown(label)}",
        hint="set items without a label aside, or use NumberBlock if the targets are numbers to predict",
    )


def in_order(labels: Iterable[object]) -> tuple[str, ...]:
    """Every label once: in alphabetical order, or by size where all are numbers.

    >>> in_order(["b", "a", "b"]), in_order([10, 9, 10])
    (('a', 'b'), ('9', '10'))
    """
    labels = list(labels)
    texts = {label_text(label) for label in labels}
    numbers = not any(isinstance(label, str | bool | np.bool_) for label in labels)
    return tuple(sorted(texts, key=int) if numbers else sorted(texts))
