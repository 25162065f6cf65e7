"""Heads score vectors."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from fledge.models.heads import Head


@pytest.mark.parametrize("hidden", [(), (16,), (16, 8)])
def test_a_head_has_the_layers_asked_for(hidden: tuple[int, ...]) -> None:
    head = Head(32, 3, hidden=hidden)
    assert [layer.out_features for layer in head.modules() if isinstance(layer, nn.Linear)] == [*hidden, 3]
    assert head(torch.randn(4, 32)).shape == (4, 3)


def test_a_head_does_not_mind_the_scale_of_its_features() -> None:
    head = Head(8, 2, hidden=(), dropout=0.0)
    features = torch.randn(64, 8)
    torch.testing.assert_close(head(features), head(features * 1000 + 5), atol=1e-3, rtol=0)


def test_dropout_is_used_in_training_alone() -> None:
    head = Head(64, 2, dropout=0.9)
    features = torch.randn(8, 64)
    assert not torch.equal(head(features), head(features))
    assert torch.equal(head.eval()(features), head(features))
