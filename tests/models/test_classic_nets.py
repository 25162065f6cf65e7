"""Rules, trees, neighbours and features as modules: described, bounded, and built of plain operations."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from fledge.core.errors import ModelFileError, UsageError
from fledge.core.record import pack, unpack
from fledge.models.always import AlwaysNet
from fledge.models.architecture import Architecture
from fledge.models.linear import LinearNet
from fledge.models.neighbours import NeighboursNet
from fledge.models.on_features import OnFeatures
from fledge.models.picture_features import PictureFeatures, colours, edges
from fledge.models.sound_features import SoundFeatures
from fledge.models.table import ARCHITECTURES
from fledge.models.trees import TreesNet

TABLES = {Architecture: ARCHITECTURES}
PICTURES = PictureFeatures(3, mean=(0.5, 0.4, 0.3), std=(0.25,))
TREES = TreesNet(400, 2, "classes", trees=2, nodes=6, leaves=4, depth=1)
NETS: list[Architecture] = [
    AlwaysNet(3),
    OnFeatures(PICTURES, LinearNet(400, 2)),
    OnFeatures(PICTURES, TREES),
    OnFeatures(PICTURES, NeighboursNet(400, 2, "tags", examples=9, nearest=3)),
    OnFeatures(SoundFeatures(40), LinearNet(160, 10)),
]


@pytest.mark.parametrize("net", NETS, ids=str)
def test_a_description_goes_into_json_and_back(net: Architecture) -> None:
    packed = pack(net, ARCHITECTURES, tables=TABLES)
    assert unpack(packed, ARCHITECTURES, "$", tables=TABLES) == net


def test_parts_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(UsageError, match="LinearNet doesn't take what PictureFeatures makes"):
        OnFeatures(PICTURES, LinearNet(399, 2))
    with pytest.raises(UsageError, match="doesn't take"):
        OnFeatures(LinearNet(400, 400), LinearNet(400, 2))
    with pytest.raises(UsageError, match="the 5 nearest of 3"):
        NeighboursNet(400, 2, "classes", examples=3)


@pytest.mark.promise("A2")
@pytest.mark.parametrize(("name", "place"), [("left", 6), ("right", -1), ("feature", 400), ("leaf", 4), ("roots", 99)])
def test_trees_that_point_outside_their_tables_are_refused(name: str, place: int) -> None:
    trees = TREES.build()
    state = dict(trees.state_dict())
    state[name] = torch.full_like(state[name], place)
    with pytest.raises(ModelFileError, match=f"{name} of Trees points outside"):
        trees.load_state_dict(state)


@pytest.mark.promise("A2")
def test_neighbours_of_a_class_there_is_not_are_refused() -> None:
    net = NeighboursNet(4, 2, "classes", examples=9).build()
    with pytest.raises(ModelFileError, match="targets of Neighbours points outside its table of 2"):
        net.load_state_dict({**net.state_dict(), "targets": torch.full((9,), 2)})


@pytest.mark.parametrize("size", [(1, 1), (5, 9), (28, 28), (50, 200)])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_pictures_of_any_size_and_channels_have_finite_features(channels: int, size: tuple[int, int]) -> None:
    maker = PictureFeatures(channels)
    features = maker.build()(torch.rand(2, channels, *size))
    assert features.shape == (2, maker.width)
    assert features.isfinite().all()


def test_colours_count_up_to_one() -> None:
    assert torch.allclose(colours(torch.rand(2, 3, 20, 30)).square().sum(1), torch.ones(2), atol=1e-3)


def test_edges_know_which_way_brightness_rises() -> None:
    rising = torch.linspace(0, 1, 48).expand(1, 1, 48, 48)
    strengths = [
        edges(each).view(8, 36).mean(1).argmax().item() for each in (rising, rising.mT, rising.flip(3), rising.mT.flip(2))
    ]
    assert strengths == [0, 2, 4, 6]


@pytest.mark.slow
@pytest.mark.parametrize("net", NETS[:4], ids=str)
def test_a_net_is_made_of_plain_operations_that_can_be_exported(net: Architecture) -> None:
    model: nn.Module = net.build().eval()
    pictures = torch.rand(2, 3, 192, 192)
    batches = {0: torch.export.Dim("batch", min=1, max=64)}
    exported = torch.export.export(model, (pictures,), dynamic_shapes=(batches,)).run_decompositions()
    assert torch.allclose(exported.module()(pictures), model(pictures), atol=1e-6)
    assert all(
        str(node.target).startswith(("aten.", "<built-in")) for node in exported.graph.nodes if node.op == "call_function"
    )
