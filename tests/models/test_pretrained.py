"""Pretrained weights are fetched when asked for, as safetensors, or said to be out of reach."""

from __future__ import annotations

from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError

from fledge.core.errors import Unavailable
from fledge.models.pretrained import Statistics, fetch, statistics
from fledge.models.vision import vision_net


def test_weights_out_of_reach_are_an_error_that_names_both_ways_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(place: str, file: str) -> str:
        raise LocalEntryNotFoundError("no connection")

    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda place, file: None)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", offline)
    with pytest.raises(Unavailable, match="weights of resnet18 could not be fetched: no connection") as caught:
        vision_net("resnet18", 2)
    for way in ('weights="file.safetensors"', "pretrained=False", "--weights FILE", "--no-pretrained"):
        assert way in str(caught.value.hint)


def test_what_is_in_the_cache_is_taken_without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda place, file: f"/cache/{place}/{file}")
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda place, file: pytest.fail("fetched"))
    assert fetch("resnet18.a1_in1k") == Path("/cache/timm/resnet18.a1_in1k/model.safetensors")


def test_weights_that_are_only_published_as_pickles_are_not_fetched() -> None:
    with pytest.raises(Unavailable, match="squeezenet1_0 are not published as safetensors"):
        fetch("squeezenet1_0")


def test_statistics_are_those_of_the_weights() -> None:
    assert statistics("vit_tiny_patch16_224") == Statistics((0.5, 0.5, 0.5), (0.5, 0.5, 0.5), 224)
    assert statistics("resnet18", size=96).size == 96


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_other_channels_than_colours_get_the_colours_average(channels: int) -> None:
    found = statistics("resnet18", channels)
    assert found.mean == pytest.approx([0.449] * channels)
    assert found.std == pytest.approx([0.226] * channels)
