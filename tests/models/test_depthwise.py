"""Strided depthwise convolutions."""

from __future__ import annotations

import copy

import torch
from torch import nn

from fledge.models.depthwise import hasten


def strided() -> nn.Conv2d:
    torch.manual_seed(0)
    return nn.Conv2d(8, 8, 3, stride=2, padding=1, groups=8)


def test_answers_are_the_same_bits_as_before() -> None:
    plain, hastened = strided(), strided()
    hasten(hastened)
    x = torch.randn(2, 8, 12, 12)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(plain(x), hastened(x))
    assert torch.equal(plain(x), hastened(x))


def test_while_learning_the_result_is_that_of_float32_in_the_type_that_came() -> None:
    net = strided()
    hasten(net)
    x = torch.randn(2, 8, 12, 12, dtype=torch.bfloat16)
    with torch.autocast("cpu", torch.bfloat16):
        found = net(x)
    assert found.dtype == torch.bfloat16
    assert torch.equal(found, strided()(x.float()).bfloat16())
    found.float().sum().backward()
    assert net.weight.grad is not None


def test_a_copy_is_hastened_too_and_its_state_is_the_usual_one() -> None:
    net = nn.Sequential(strided())
    names = list(net.state_dict())
    hasten(net)
    hasten(net)
    other = copy.deepcopy(net)
    assert type(other[0]) is type(net[0])
    assert list(other.state_dict()) == names
