"""Small networks fit small pictures."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from fledge.models.small import SmallNet


@pytest.mark.parametrize("size", [8, 27, 28, 32, 64])
@pytest.mark.parametrize("channels", [1, 3])
def test_any_small_size_will_do(size: int, channels: int) -> None:
    net = SmallNet(outputs=5, channels=channels, width=4).build()
    assert net(torch.randn(2, channels, size, size)).shape == (2, 5)


def test_each_block_halves_the_picture_and_doubles_the_channels() -> None:
    body = SmallNet(outputs=2, width=4, blocks=2).build().body
    assert body(torch.zeros(1, 3, 32, 32)).shape == (1, 16, 8, 8)


def test_it_learns_to_tell_bars_apart_in_a_few_steps() -> None:
    torch.manual_seed(0)
    pictures, labels = bars(64)
    net = SmallNet(outputs=2, channels=1, width=4, blocks=2).build()
    steps = torch.optim.AdamW(net.parameters(), 0.01)
    for _ in range(20):
        F.cross_entropy(net(pictures), labels).backward()  # type: ignore[no-untyped-call]
        steps.step()
        steps.zero_grad()
    fresh, truth = bars(64)
    assert (net.eval()(fresh).argmax(1) == truth).float().mean() > 0.95


def bars(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Noisy pictures with a bright row (0) or a bright column (1)."""
    pictures, labels = torch.rand(count, 1, 16, 16), torch.arange(count) % 2
    for picture, label, place in zip(pictures, labels, torch.randint(16, (count,)), strict=True):
        (picture[0].T if label else picture[0])[place] += 2
    return pictures, labels
