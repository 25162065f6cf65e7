"""Promise A5: whatever a model file can describe answers, in another process, bit for bit as before it was saved."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as PilImage

from fledge.classic.candidate import Candidate
from fledge.classic.candidates import candidates
from fledge.data.collab_dataloaders import CollabDataLoaders
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.data.tabular_dataloaders import TabularDataLoaders
from fledge.models.architecture import Architecture
from fledge.models.by_piece import ByPiece
from fledge.models.drawn import DrawnNet
from fledge.models.small import SmallNet
from fledge.models.tabular import TabularNet
from fledge.models.unet import SmallUNet
from fledge.models.vision import VisionNet
from fledge.predictor.predictor import Predictor
from fledge.tasks.table import task_for
from fledge.transforms.category import Category
from fledge.transforms.image import Image
from fledge.transforms.mask import Mask
from fledge.transforms.multi_category import MultiCategory
from fledge.transforms.number import Number
from fledge.transforms.points import Points
from fledge.transforms.resize import CenterCrop, PictureStep, RandomResizedCrop, Resize
from fledge.transforms.sound import Sound
from fledge.transforms.spectrogram import Spectrogram
from fledge.transforms.track import Track
from fledge.transforms.track_drawing import Canvas
from fledge.transforms.transform import Codec, Transform
from tests.counts import count
from tests.ratings import ratings
from tests.sounds import RATE, tone
from tests.tables import birds
from tests.tracks import as_csv, movement

ANOTHER = """
import hashlib, json, sys, torch
torch.set_num_threads(1)
import fledge
from fledge.transforms.transform import stack
for line in sys.stdin:
    file, items = json.loads(line)
    model = fledge.load(file, check=True)
    assert not [name for name in sys.modules if name.startswith("fledge.training")], "training code was loaded"
    batch = stack([model.codec.input.encode(item) for item in items])
    digests = [hashlib.sha256(each.numpy().tobytes()).hexdigest() for each in (batch, model.outputs(batch))]
    print(json.dumps([*digests, *(answer.to_json() for answer in model(items))]), flush=True)
"""

Ask = Callable[[Path, list[Any]], list[str]]
Made = tuple[Predictor, list[Any]]

seeds = st.integers(0, 2**32 - 1)
sides = st.integers(8, 40)
sizes = st.one_of(sides, st.tuples(sides, sides))
methods, paddings = st.sampled_from(["crop", "squish", "pad"]), st.sampled_from(["zeros", "reflection", "border"])
resized = st.one_of(
    st.builds(Resize, sizes, methods, paddings),
    st.builds(CenterCrop, sizes),
    st.builds(RandomResizedCrop, sizes, min_scale=st.floats(0.1, 1)),
)
labels = st.text(min_size=1, max_size=20).filter(lambda text: text.strip() and "\0" not in text)


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """What another process, which lives through all of it, reads and says with a model file."""
    command = [sys.executable, "-c", ANOTHER]
    errors = tmp_path_factory.mktemp("another") / "errors.txt"
    with (
        errors.open("w") as said,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True) as other,
    ):
        assert other.stdin is not None
        assert other.stdout is not None

        def asked(file: Path, items: list[Any]) -> list[str]:
            other.stdin.write(f"{json.dumps([str(file), items])}\n")  # type: ignore[union-attr]
            other.stdin.flush()  # type: ignore[union-attr]
            line = other.stdout.readline()  # type: ignore[union-attr]
            assert line, errors.read_text()
            found: list[str] = json.loads(line)
            return found

        yield asked
        other.stdin.close()


def _network(draw: st.DrawFn, outputs: int, channels: int) -> SmallNet | VisionNet:
    """One of ours, or a small body that timm has."""
    if draw(st.booleans()):
        return SmallNet(outputs, channels, draw(st.integers(1, 8)), draw(st.integers(1, 3)), draw(st.floats(0, 0.9)))
    body = draw(st.sampled_from(["test_resnet", "test_efficientnet"]))
    hidden = draw(st.sampled_from([(), (7,), (16, 8)]))
    return VisionNet(body, outputs, channels, draw(st.sampled_from(["avg", "avgmax"])), hidden)


def _target(draw: st.DrawFn, kind: str) -> Transform[Any, Any]:
    """Any target a picture can have."""
    names = tuple(draw(st.lists(labels, min_size=2, max_size=6, unique=True)))
    match kind:
        case "one":
            return Category(names)
        case "several":
            return MultiCategory(names)
        case "numbers":
            mean = draw(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=4))
            spread = draw(st.lists(st.floats(1e-3, 1e3), min_size=len(mean), max_size=len(mean)))
            return Number(tuple(mean), tuple(spread), tuple(f"number {place}" for place in range(len(mean))))
        case "points":
            return Points(draw(st.integers(1, 5)))
        case _:
            return Mask(names, tuple(range(len(names))))


def of_pictures(draw: st.DrawFn, folder: Path) -> Made:
    """Any steps, channels and statistics; several networks."""
    target = _target(draw, draw(st.sampled_from(["one", "several", "numbers", "points", "mask"])))
    whole = isinstance(target, Points | Mask)  # every place has to stay
    steps: list[PictureStep] = [Resize(draw(sizes), "squish")] if whole else draw(st.lists(resized, min_size=1, max_size=3))
    channels = draw(st.sampled_from([1, 3, 4]))
    image = Image(tuple(steps), channels)
    if draw(st.booleans()):
        means, spreads = (draw(st.tuples(*[st.floats(*each)] * channels)) for each in ((-1, 1), (0.05, 2)))
        image = image.normalised(means, spreads)
    numbers, files = np.random.default_rng(draw(seeds)), []
    for place in range(2):
        files.append(str(folder / f"{place}.png"))
        PilImage.fromarray(numbers.integers(0, 256, (*numbers.integers(20, 60, 2), 3), np.uint8)).save(files[-1])
    codec = Codec(image, target)
    outputs = task_for(codec).outputs(codec)
    network = SmallUNet(outputs, channels, 4) if isinstance(target, Mask) else _network(draw, outputs, channels)
    return _untrained(codec, network), files


def of_sounds(draw: st.DrawFn, folder: Path) -> Made:
    """Any spectrogram of sounds of any rate and length."""
    rate = draw(st.sampled_from([4000, 8000, 11025]))
    spectrogram = Spectrogram(rate, draw(st.integers(8, 64)), draw(st.floats(0.01, 0.05)), draw(st.floats(0.005, 0.03)))
    span = draw(st.one_of(st.none(), st.floats(20, 100)))
    sound = Sound(spectrogram, draw(st.floats(0.2, 1)), draw(st.floats(-80, 0)), draw(st.floats(1, 40)), span)
    files = []
    for place in range(2):
        files.append(str(folder / f"{place}.wav"))
        soundfile.write(files[-1], tone(draw(st.floats(50, 1900)), draw(st.floats(0.1, 2))), RATE)
    codec = Codec(sound, _target(draw, "one"))
    return _untrained(codec, _network(draw, task_for(codec).outputs(codec), 1)), files


def of_tracks(draw: st.DrawFn, folder: Path) -> Made:
    """Movements in any number of pieces, on any canvas."""
    canvas = Canvas(draw(st.integers(16, 40)), draw(st.floats(0.05, 1)))
    track = Track(events=draw(st.integers(4, 80)), pieces=draw(st.integers(1, 3)), canvas=canvas)
    files = []
    for place in range(2):
        files.append(str(folder / f"{place}.csv"))
        made = movement(draw(st.sampled_from(["curved", "jerky"])), draw(st.integers(5, 200)), draw(st.integers(0, 99)))
        Path(files[-1]).write_text(as_csv(made))
    codec = Codec(track, _target(draw, "one"))
    network = ByPiece(DrawnNet(canvas, _network(draw, task_for(codec).outputs(codec), canvas.channels)))
    return _untrained(codec, network), files


def of_rows(draw: st.DrawFn, _: Path) -> Made:
    """Any columns of a table, any of its columns told, by any of the classic models or a network."""
    frame = birds(draw(st.integers(40, 90)), draw(st.integers(0, 99)))
    told = draw(st.sampled_from(["kind", "weight"]))
    left = [name for name in frame.columns if name != told and draw(st.integers(0, 3)) == 0]
    dls = TabularDataLoaders.from_df(frame.drop(left if len(left) < 5 else []), told, seed=1, device="cpu")
    rows = frame.with_columns(pl.col("seen").dt.to_string("iso")).head(2).to_dicts()
    assert dls.codec is not None
    simple = candidates(task_for(dls.codec), dls.codec)
    chosen = draw(st.integers(0, len(simple)))
    if chosen < len(simple):
        return _fitted(dls, simple[chosen], draw(seeds)), rows
    row: Any = dls.codec.input
    shape: dict[str, Any] = {"slots": row.slots, "steps": row.steps, "flags": len(row.flagged)}
    shape |= {"outputs": task_for(dls.codec).outputs(dls.codec), "dim": draw(st.integers(1, 8)), "width": 16}
    network = TabularNet(**shape, layers=tuple(draw(st.lists(st.integers(1, 20), max_size=2))))
    return _untrained(dls.codec, network), rows


def of_people(draw: st.DrawFn, _: Path) -> Made:
    """Ratings or likes of any number of people, by any of the recommenders."""
    frame, likes = ratings(draw(st.integers(10, 40)), draw(st.integers(8, 30)), draw(st.integers(0, 99))), draw(st.booleans())
    dls = CollabDataLoaders.from_df(frame, seed=1, likes=likes, device="cpu")
    assert dls.codec is not None
    asked = [1, 3] if likes else [{"userId": 1, "movieId": 10}, {"userId": 3, "movieId": 30}]
    return _fitted(dls, draw(st.sampled_from(candidates(task_for(dls.codec), dls.codec))), draw(seeds)), asked


def _untrained(codec: Codec[Any, Any], architecture: Architecture) -> Predictor:
    """A network that never learned, but whose running means and variances are no zeros and ones."""
    model = architecture.build()
    for name, value in model.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            value.uniform_(0.5, 1.5)
    return Predictor(task_for(codec), codec, model, architecture)


def _fitted(dls: DataLoaders, candidate: Candidate, seed: int) -> Predictor:
    assert dls.codec is not None
    assert isinstance(dls.train, Loader)
    fitted = candidate.fit(dls.train, seed)
    return Predictor(task_for(dls.codec), dls.codec, fitted.model, fitted.architecture)


@pytest.mark.slow
@pytest.mark.promise("A5")
@settings(max_examples=count(20, 1000), suppress_health_check=list(HealthCheck), print_blob=False)
@given(data=st.data())
def test_whatever_can_be_described_answers_elsewhere_as_here(data: st.DataObject, ask: Ask) -> None:
    with TemporaryDirectory() as folder:
        make = data.draw(st.sampled_from([of_pictures, of_pictures, of_sounds, of_tracks, of_rows, of_people]))
        predictor, items = data.draw(st.composite(make)(Path(folder)), label="model")
        file = Path(folder, "model.safetensors")
        kept = predictor.with_examples(items)
        kept.save(file)
        assert kept.examples is not None
        digests = [sha256(each.numpy().tobytes()).hexdigest() for each in (kept.examples.inputs, kept.examples.outputs)]
        assert ask(file, items) == [*digests, *(answer.to_json() for answer in kept(items))]
