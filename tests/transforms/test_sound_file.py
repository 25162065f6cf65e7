"""Reading sounds: promise C10, each oddity named or converted."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from fledge.core.errors import UnreadableItem, UsageError
from fledge.transforms.sound_file import read_sound, sound_header
from tests.counts import count
from tests.sounds import RATE, sound_file, tone

FORMS = [
    *(("WAV", "PCM_U8"), ("WAV", "PCM_16"), ("WAV", "PCM_24"), ("WAV", "PCM_32"), ("WAV", "FLOAT"), ("WAV", "DOUBLE")),
    *(("WAVEX", "PCM_16"), ("RF64", "PCM_16"), ("FLAC", "PCM_16"), ("FLAC", "PCM_24"), ("OGG", "VORBIS"), ("OGG", "OPUS")),
    *(("MP3", "MPEG_LAYER_III"), ("AIFF", "PCM_16"), ("AU", "PCM_16"), ("CAF", "PCM_16"), ("W64", "PCM_16"), ("WAV", "ULAW")),
]


def pitch(samples: torch.Tensor, rate: int) -> float:
    """The loudest frequency."""
    spectrum = torch.fft.rfft(samples.float() * torch.hann_window(len(samples))).abs()
    return float(spectrum.argmax()) * rate / len(samples)


@pytest.mark.promise("C10")
@pytest.mark.parametrize(("form", "subtype"), FORMS, ids=lambda each: str(each))
def test_every_format_is_read_as_the_sound_it_holds(form: str, subtype: str) -> None:
    samples = read_sound(sound_file(tone(440, seconds=1.0), RATE, form, subtype), RATE)
    assert samples.dtype == torch.int16
    assert len(samples) == pytest.approx(RATE, rel=0.2)  # encoders of MP3 and Opus add or lose a little at the ends
    assert pitch(samples, RATE) == pytest.approx(440, abs=2)
    assert float(samples.float().square().mean().sqrt()) == pytest.approx(0.5 / np.sqrt(2) * 32767, rel=0.15)


@pytest.mark.promise("C10")
@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 32000, 44100, 44101, 48000, 96000, 192000])
@pytest.mark.parametrize("channels", [1, 2, 8])
def test_every_rate_and_number_of_channels_is_converted(rate: int, channels: int) -> None:
    stereo = np.repeat(tone(440, rate=rate)[:, None], channels, axis=1)
    samples = read_sound(sound_file(stereo, rate, "WAV", "PCM_24"), 16000)
    assert len(samples) == pytest.approx(8000, abs=1)
    assert pitch(samples, 16000) == pytest.approx(440, abs=2)
    assert int(samples.abs().max()) == pytest.approx(16384, rel=0.02)


@pytest.mark.promise("C10")
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (bytes(5000), "nothing but zeros"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"PK\x03\x04aaaa", "a zip archive"),
        (b"\0\0\0\x20ftypM4A ", "M4A"),
        (b"\xff\xf1\x50\x80\0\0", "AAC"),
        (b"MThd\0\0\0\x06", "notes, and no sound"),
        (b"hello", "text"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS"),
        (sound_file(tone()[:0]), "0 samples"),
        (sound_file(tone()[:0], form="OGG"), "0 samples"),
        (sound_file(np.array([0.1, np.nan, 0.2]), subtype="FLOAT"), "not finite"),
        (sound_file(np.array([0.1, np.inf]), subtype="FLOAT"), "not finite"),
        (sound_file(np.full((9, 8), 3e38), subtype="FLOAT"), "not finite"),
        (sound_file(np.array([1e300, 0.0]), subtype="DOUBLE"), "not finite"),
        (sound_file(tone(), rate=20), "20 samples a second"),
        (b"fLaC" + bytes(100), "FLAC data is broken"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "cut short"),
    ],
    ids=lambda each: each if isinstance(each, str) else f"{len(each)} bytes",  # a float WAV holds the time it was written
)
def test_what_is_no_sound_is_named_with_its_reason(data: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "rec.wav").write_bytes(data)
    for source in (tmp_path / "rec.wav", data):
        with pytest.raises(UnreadableItem, match=reason):
            read_sound(source, RATE)


@pytest.mark.promise("C10")
@pytest.mark.parametrize("form", ["WAV", "FLAC", "OGG", "MP3", "AIFF"])
def test_a_file_that_is_cut_short_is_named(form: str) -> None:
    numbers = np.random.default_rng(0)
    whole = sound_file(numbers.normal(0, 0.1, 4 * RATE), RATE, form)
    for share in numbers.uniform(0.02, 0.98, count(5, 500)):
        with pytest.raises(UnreadableItem, match=r"cut short|broken|0 samples"):
            read_sound(whole[: int(share * len(whole))], RATE)


@pytest.mark.promise("C10")
@pytest.mark.parametrize("form", ["WAV", "FLAC", "OGG", "MP3"])
def test_broken_bytes_are_read_or_named_and_never_anything_else(form: str) -> None:
    whole = bytearray(sound_file(tone(), RATE, form))
    numbers = np.random.default_rng(1)
    for _ in range(count(20, 5000)):
        broken = bytearray(whole)
        for place in numbers.integers(0, len(whole), 8):
            broken[place] = numbers.integers(256)
        with suppress(UnreadableItem):
            assert len(read_sound(bytes(broken), RATE)) > 0


@pytest.mark.promise("C10")
@pytest.mark.parametrize("form", ["WAV", "FLAC", "OGG", "MP3"])
def test_one_sample_is_a_sound(form: str) -> None:
    assert len(read_sound(sound_file(np.array([0.5]), 16000, form), 8000)) >= 1


def test_a_file_its_bytes_an_open_file_and_its_samples_are_the_same_sound(tmp_path: Path) -> None:
    samples = (tone() * 32767).astype(np.int16)
    data = sound_file(samples)
    path = tmp_path / "tone.wav"
    path.write_bytes(data)
    sources: list[Any] = [path, str(path), data, io.BytesIO(data), torch.from_numpy(samples)]
    read = [read_sound(source, RATE) for source in sources]
    assert all(torch.equal(read[0], other) for other in read)


@pytest.mark.parametrize(
    "array",
    [
        tone(),
        tone().astype(np.float64),
        (tone() * 2**15).astype(np.int16),
        (tone() * 2**31).astype(np.int32),
        (tone() * 127 + 128).astype(np.uint8),
        np.repeat(tone()[:, None], 2, axis=1),
        torch.from_numpy(tone()),
        torch.from_numpy(tone())[None].repeat(2, 1).bfloat16(),
        {"array": tone(rate=16000), "sampling_rate": 16000},
    ],
    ids=["float32", "float64", "int16", "int32", "uint8", "channels last", "tensor", "channels first", "with its rate"],
)
def test_samples_of_any_kind_are_the_same_sound(array: Any) -> None:
    far = (read_sound(array, RATE).float() - read_sound(tone(), RATE).float()).abs()
    assert len(far) == 4000
    assert float(far[100:-100].max()) < 400  # of 32767: as fine as 8 bits are


def test_what_is_louder_than_full_scale_is_brought_down_and_not_clipped() -> None:
    due = read_sound(tone(loudness=1.0), RATE).int()
    for loudness in (3.0, 32767.0, 1e30):
        assert int((read_sound(tone(loudness=loudness), RATE).int() - due).abs().max()) <= 1
    assert read_sound({"array": tone(loudness=1e38), "sampling_rate": 11025}, RATE).abs().max() > 30000


@pytest.mark.parametrize(
    "source", [None, 3.5, np.zeros((2, 3, 4)), np.zeros((2, 4000)), np.array(["a"]), np.array([1, 2])], ids=str
)
def test_what_can_not_be_samples_is_refused_with_advice(source: Any) -> None:
    with pytest.raises(UnreadableItem, match="what to do"):
        read_sound(source, RATE)


def test_what_is_no_file_is_refused_unopened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    for name, reason in (("pipe.wav", "no regular file"), ("", "a folder"), ("none.wav", "no such file"), ("a\0b", "null")):
        with pytest.raises(UnreadableItem, match=reason):
            read_sound(f"{tmp_path}/{name}", RATE)


def test_a_sound_too_long_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEDGE_MAX_SAMPLES", "3999")
    with pytest.raises(UnreadableItem, match="FLEDGE_MAX_SAMPLES=4000"):
        read_sound(sound_file(tone()), RATE)
    monkeypatch.setenv("FLEDGE_MAX_SAMPLES", "many")
    with pytest.raises(UsageError, match="not a number of samples"):
        read_sound(sound_file(tone()), RATE)


def test_a_header_tells_rate_and_length_of_a_file_without_decoding_it(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", tone(rate=44100), 44100)
    header = sound_header(tmp_path / "a.flac", RATE)
    assert (header.rate, header.seconds) == (44100, 0.5)
    assert sound_header(tone(), RATE).seconds == 0.5
