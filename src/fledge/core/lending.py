"""The global generators of torch, numpy and Python, lent to code that draws from them."""

from __future__ import annotations

import ctypes
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, final

import numpy as np
import torch

_MERSENNE_BYTES = 625 * 4
"""What numpy's Mersenne Twister holds: 624 words and a position."""


@final
class Lending:
    """A state of the global generators of its own, there while it is lent, and kept in between.

    >>> ours = Lending(seed=1)
    >>> with ours.lent():
    ...     first = random.random(), np.random.rand()  # noqa: NPY002
    >>> with Lending(seed=1).lent():
    ...     first == (random.random(), np.random.rand())  # noqa: NPY002
    True
    """

    def __init__(self, seed: int) -> None:
        outside = _of_torch_and_python()
        self._numpy = _Numpy(seed)
        torch.default_generator.manual_seed(seed)
        random.seed(seed)
        self._state = _of_torch_and_python()
        _set_torch_and_python(outside)

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Everybody draws from this state, until the end; then from where they were before."""
        outside = _of_torch_and_python()
        _set_torch_and_python(self._state)
        self._numpy.come()
        try:
            yield
        finally:
            self._numpy.go()
            self._state = _of_torch_and_python()
            _set_torch_and_python(outside)


@final
class _Numpy:
    """Numpy's part: its own way of giving and taking its state takes a third of a millisecond each.

    So the words are moved in memory where that is all there is to move: a normal number that numpy has in hand beside
    them, for the next who asks, can't be moved so. Whether there is one can change only where the words do, or is known.
    """

    def __init__(self, seed: int) -> None:
        self._outside = _State()
        np.random.seed(seed)  # noqa: NPY002 - others draw from it
        self._ours = _State()
        self._outside.restore()

    def come(self) -> None:
        if self._ours.bare and self._outside.bare and self._outside.is_still_there():
            self._ours.put_words()
        else:
            self._outside = _State()
            self._ours.restore()

    def go(self) -> None:
        if self._ours.bare and self._outside.bare and self._ours.is_still_there():
            self._outside.put_words()
        else:
            self._ours = _State()
            self._outside.restore()


@final
class _State:
    """The present state of numpy's global generator."""

    def __init__(self) -> None:
        self._whole: Any = np.random.get_state(legacy=False)  # noqa: NPY002
        self._words = _words()
        self.bare = self._whole["has_gauss"] == 0
        """Whether its words are all there is to it."""

    def is_still_there(self) -> bool:
        """Whether nobody has drawn since; asked of bare states alone."""
        return _words() == self._words

    def put_words(self) -> None:
        """Makes a bare state the present one, when the present one is bare, too."""
        ctypes.memmove(_address(), self._words, _MERSENNE_BYTES)

    def restore(self) -> None:
        np.random.set_state(self._whole)  # noqa: NPY002


def _words() -> bytes:
    return ctypes.string_at(_address(), _MERSENNE_BYTES)


def _address() -> int:
    generator: Any = np.random.get_bit_generator()  # type: ignore[attr-defined]
    assert isinstance(generator, np.random.MT19937)  # the only one that np.random.seed, above, can seed
    return int(generator.ctypes.state_address)


def _of_torch_and_python() -> tuple[Any, Any]:
    return torch.get_rng_state(), random.getstate()


def _set_torch_and_python(state: tuple[Any, Any]) -> None:
    torch.set_rng_state(state[0])
    random.setstate(state[1])
