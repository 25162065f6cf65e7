"""Where pretrained weights come from, and what their input has to look like."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import final
from urllib.parse import urlsplit

import huggingface_hub
from huggingface_hub.errors import EntryNotFoundError

from fledge.core.errors import Unavailable
from fledge.models.bodies import published

_FILES = {None: "model.safetensors", "open_clip_pytorch_model.bin": "open_clip_model.safetensors"}
"""The safetensors file that stands beside the one timm names."""


_SOON = 5.0
"""Seconds in which the place that weights come from has to answer; its client would go on trying for minutes."""


@final
@dataclass(frozen=True)
class Statistics:
    """Mean and spread of each channel of a network's input, and the picture size it was trained at."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    size: int


def statistics(name: str, channels: int = 3, size: int | None = None) -> Statistics:
    """What the weights of this network expect; other channels than colours get the colours' average.

    >>> statistics("resnet18").mean
    (0.485, 0.456, 0.406)
    """
    settings = published(name)
    mean, std = tuple(settings.mean), tuple(settings.std)
    if channels != len(mean):
        mean, std = (sum(mean) / len(mean),) * channels, (sum(std) / len(std),) * channels
    return Statistics(mean, std, size or settings.input_size[-1])


def cached(name: str) -> Path | None:
    """The pretrained weights of a network where they lie already, in Hugging Face's cache."""
    found = huggingface_hub.try_to_load_from_cache(*_source(name))
    return Path(found) if isinstance(found, str) else None


def fetch(name: str) -> Path:
    """The pretrained weights of a network as a safetensors file: from Hugging Face's cache, or fetched into it."""
    if (file := cached(name)) is not None:
        return file
    try:
        knock()
        return Path(huggingface_hub.hf_hub_download(*_source(name)))
    except (OSError, RuntimeError, EntryNotFoundError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise _unavailable(name, f"could not be fetched: {reason}") from error


def knock() -> None:
    """An OSError if nobody is there; behind a proxy, or where nothing may be asked, that is left to the client to find out."""
    place = urlsplit(huggingface_hub.constants.ENDPOINT)
    if huggingface_hub.constants.HF_HUB_OFFLINE or any(name.lower().endswith("_proxy") for name in os.environ):
        return
    try:
        address = (place.hostname or "", place.port or (80 if place.scheme == "http" else 443))
        socket.create_connection(address, timeout=_SOON).close()
    except OSError as error:
        raise OSError(f"{place.hostname} can't be reached ({error.strerror or error})") from error


def _source(name: str) -> tuple[str, str]:
    settings = published(name)
    if not settings.hf_hub_id:
        raise _unavailable(name, "are not published as safetensors, and other kinds of file are not read")
    file = _FILES.get(settings.hf_hub_filename, settings.hf_hub_filename or "")
    if not file.endswith(".safetensors"):
        raise _unavailable(name, f"are published as {file}, and only safetensors files are read")
    return settings.hf_hub_id, file


def _unavailable(name: str, reason: str) -> Unavailable:
    return Unavailable(
        f"the pretrained weights of {name} {reason}",
        hint='pass a file you have, weights="file.safetensors" (--weights FILE), or start from nothing, '
        "pretrained=False (--no-pretrained)",
    )
