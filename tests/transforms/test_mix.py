"""Two pictures made into one."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fledge.core.errors import UsageError
from fledge.core.seeds import Draws
from fledge.transforms.mix import cutmix, mixup


def draws(*items: int) -> Draws:
    return Draws(seed=2, epoch=3, items=np.array(items))


def test_mixup_is_the_share_of_one_and_the_rest_of_its_partner() -> None:
    inputs = torch.rand(6, 3, 4, 5)
    mixed = mixup(inputs, draws(*range(6)))
    for i in range(6):
        own = mixed.share[i]
        assert torch.allclose(mixed.inputs[i], own * inputs[i] + (1 - own) * inputs[mixed.partner[i]])
        assert 0.5 <= own <= 1


def test_mixup_takes_inputs_of_any_shape() -> None:
    assert mixup(torch.rand(4, 7), draws(1, 2, 3, 4)).inputs.shape == (4, 7)


def test_cutmix_takes_a_rectangle_and_counts_its_pixels() -> None:
    inputs = torch.arange(8.0).view(8, 1, 1, 1).expand(8, 3, 20, 30).contiguous()
    mixed = cutmix(inputs, draws(*range(8)))
    for i in range(8):
        kept = mixed.inputs[i] == i
        assert kept.float().mean() == pytest.approx(float(mixed.share[i]))
        assert (mixed.inputs[i][~kept] == mixed.partner[i]).all()
        rows, columns = (~kept[0]).any(1), (~kept[0]).any(0)
        assert torch.equal(~kept[0], rows[:, None] & columns)


def test_partners_are_a_permutation_and_nobodys_own() -> None:
    partner = mixup(torch.zeros(9, 2), draws(*range(9))).partner
    assert sorted(partner.tolist()) == list(range(9))
    assert all(partner[i] != i for i in range(9))


def test_someone_alone_is_left_as_they_are() -> None:
    inputs = torch.rand(1, 3, 4, 4)
    assert torch.allclose(mixup(inputs, draws(5)).inputs, inputs)
    assert torch.equal(cutmix(inputs, draws(5)).inputs, inputs)


def test_the_order_in_a_batch_changes_nothing() -> None:
    inputs, shuffled = torch.rand(5, 3, 8, 8), [3, 0, 4, 1, 2]
    for mix in (mixup, cutmix):
        straight = mix(inputs, draws(0, 1, 2, 3, 4))
        turned = mix(inputs[shuffled], draws(*shuffled))
        assert torch.equal(turned.inputs, straight.inputs[shuffled])
        assert torch.equal(turned.share, straight.share[shuffled])


def test_a_small_alpha_mixes_little() -> None:
    shares = [mixup(torch.zeros(200, 1), draws(*range(200)), alpha).share.mean() for alpha in (0.05, 5.0)]
    assert shares[0] > 0.9 > shares[1]


def test_an_alpha_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="alpha is 0"):
        cutmix(torch.zeros(2, 3, 4, 4), draws(1, 2), alpha=0)
