"""Who draws from the global generators meanwhile, and who draws from them afterwards, never notice each other."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

from fledge.core.lending import Lending

DRAWS: dict[str, Callable[[], Any]] = {
    "nothing": lambda: None,
    "uniform": lambda: (random.random(), np.random.rand(), torch.rand(()).item()),  # noqa: NPY002
    "normal": lambda: (random.gauss(), np.random.randn(), torch.randn(()).item()),  # noqa: NPY002
    "two normal": lambda: (np.random.randn(2).tolist(), torch.randn(2).tolist()),  # noqa: NPY002
    "seeding": lambda: np.random.seed(5),  # noqa: NPY002
}
TURNS = list(product(DRAWS, repeat=2))


def seeded(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    torch.manual_seed(seed)


@pytest.fixture(autouse=True)
def _kept() -> Any:
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
    yield
    random.setstate(states[0])
    np.random.set_state(states[1])  # noqa: NPY002
    torch.set_rng_state(states[2])


@pytest.mark.parametrize("turns", [TURNS[start::5] * 2 for start in range(5)], ids=str)
def test_each_side_draws_as_if_it_were_alone(turns: list[tuple[str, str]]) -> None:
    seeded(3)
    outside_alone = [DRAWS[outside]() for outside, _ in turns]
    seeded(7)
    inside_alone = [DRAWS[inside]() for _, inside in turns]
    seeded(3)
    lending = Lending(7)
    together: list[tuple[Any, Any]] = []
    for outside, inside in turns:
        with lending.lent():
            drawn = DRAWS[inside]()
        together.append((DRAWS[outside](), drawn))
    assert [outside for outside, _ in together] == outside_alone
    assert [inside for _, inside in together] == inside_alone


def test_an_error_meanwhile_gives_all_back() -> None:
    seeded(3)
    expected = DRAWS["normal"]()
    seeded(3)
    lending = Lending(1)
    with pytest.raises(ZeroDivisionError), lending.lent():
        raise ZeroDivisionError(DRAWS["normal"]())
    assert DRAWS["normal"]() == expected
