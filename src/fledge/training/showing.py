"""Held-back samples beside what the model says of them, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import UsageError
from fledge.core.words import in_words
from fledge.data.fingerprint import AnyLoader
from fledge.data.loader import Loader
from fledge.data.show import Drawing, draw, grid
from fledge.tasks.regions import Regions
from fledge.training.asking import as_predictor

if TYPE_CHECKING:
    from fledge.training.learner import Learner


def show_results(learner: Learner, loader: AnyLoader, *, max_n: int) -> Drawing:
    """The first samples of a loader, each under what is predicted and what is actual; wrong ones in red.

    Masks are drawn over the picture: on the left what is predicted, on the right what is actual.
    """
    codec = learner.dls.codec
    if not isinstance(loader, Loader) or codec is None:
        raise UsageError("results can be shown of loaders that a DataBlock built, and these are not")
    if max_n < 1:
        raise UsageError(f"max_n={max_n} shows nothing")
    places = range(min(max_n, loader.count))
    figure, cells = grid(len(places))
    figure.suptitle("predicted / actual", fontsize=9)
    with as_predictor(learner) as predictor:
        answers = predictor.answers([codec.input.encode(loader.samples[place].input) for place in places])
    for place, cell, answer in zip(places, cells, answers, strict=True):
        shown = codec.input.decode(codec.input.encode(loader.samples[place].input))
        if isinstance(answer, Regions):
            actual_map = codec.target.decode(codec.target.encode(loader.samples[place].target))
            halves = [_over(shown, answer.palette[answer.mask]), _over(shown, actual_map)]
            draw(cell, np.concatenate(halves, 1))
            continue
        draw(cell, shown)
        said = answer.as_dict()["answer"]
        actual = loader.samples[place].target
        cell.set_title(
            f"{in_words(said)}\n{in_words(actual)}",
            fontsize=8,
            wrap=True,
            parse_math=False,
            color="tab:red" if isinstance(said, str) and said != actual else "black",
        )
    return figure


def _over(picture: NDArray[np.uint8], colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Half the picture, half the colours of its classes, both of the size the model sees."""
    grey = picture[:, :, :3].mean(2, keepdims=True)
    mixed: NDArray[np.uint8] = (grey / 2 + colours / 2).round().astype(np.uint8)
    return mixed
