"""Numbers of a table to predict."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fledge.core.errors import DataError
from fledge.core.record import pack, unpack
from fledge.transforms.table import TRANSFORMS
from fledge.transforms.table_number import TableNumber, TableNumberBlock

PRICES = np.exp(np.random.default_rng(0).normal(10, 1, 200))
AGES = np.random.default_rng(0).normal(40, 5, 200)


def test_skewed_positive_numbers_are_learned_by_their_logarithm() -> None:
    assert TableNumber.learn(PRICES.tolist()).logs == (True,)
    assert TableNumber.learn(AGES.tolist()).logs == (False,)
    assert TableNumber.learn((-PRICES).tolist()).logs == (False,)


def test_several_numbers_are_each_on_their_own_scale_and_come_back() -> None:
    both = TableNumberBlock(["price", "age"]).learn(list(zip(PRICES, AGES, strict=True)))
    assert both.logs == (True, False)
    encoded = both.encode_all([(PRICES[0], AGES[0]), (PRICES[1], AGES[1])])
    assert torch.allclose(both.unscaled(encoded.double())[1], torch.tensor([PRICES[1], AGES[1]]), rtol=1e-5)
    assert both.decode(encoded[0]) == pytest.approx((PRICES[0], AGES[0]), rel=1e-5)


def test_no_output_is_too_large_to_be_said() -> None:
    assert TableNumber.learn(PRICES.tolist()).unscaled(torch.tensor([[1e9]])).isfinite().all()


def test_a_number_without_a_logarithm_is_refused_where_they_are_learned() -> None:
    with pytest.raises(DataError, match="no logarithm"):
        TableNumber.learn(PRICES.tolist()).encode(-1.0)


def test_what_was_learned_is_saved_and_read_again() -> None:
    price = TableNumber.learn(PRICES.tolist())
    assert unpack(pack(price, TRANSFORMS), TRANSFORMS, "model") == price
