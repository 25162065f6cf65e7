"""A batch in pieces."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fledge.models.pieces import in_pieces


def test_pieces_together_are_the_whole_batch() -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten()).eval()
    inputs = torch.randn(20, 3, 224, 224)
    with torch.inference_mode():
        assert torch.allclose(in_pieces(net, inputs), net(inputs), atol=1e-5)


def test_photos_go_a_few_at_a_time_and_small_inputs_all_at_once() -> None:
    seen: list[int] = []

    def net(x: Tensor) -> Tensor:
        seen.append(len(x))
        return x

    in_pieces(net, torch.zeros(20, 3, 224, 224))
    in_pieces(net, torch.zeros(500, 1, 28, 28))
    in_pieces(net, torch.zeros(9000, 14))
    assert seen == [7, 7, 6, 500, 9000]


def test_inputs_that_are_no_single_tensor_go_as_they_are() -> None:
    assert in_pieces(lambda pair: pair[0] + pair[1], (torch.ones(2), torch.ones(2))).tolist() == [2, 2]
