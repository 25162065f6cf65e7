"""One line of training for ratings and likes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any, ClassVar, final

import polars as pl

from fledge.core.errors import UsageError
from fledge.data.collab_dataloaders import Options, loaders_of
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.jobs.checked import Checked
from fledge.jobs.medium import Example, Medium, Network
from fledge.jobs.parts import Parts
from fledge.jobs.ranking import recommending
from fledge.jobs.settings import Settings
from fledge.jobs.telling import Say
from fledge.predictor.predictor import Predictor
from fledge.report.facts import Recommending
from fledge.training.collab import collab_learner
from fledge.transforms.catalogue import Catalogue
from fledge.transforms.person import Person

FACTORS = 50
NAMES = {"product": f"product of vectors, {FACTORS} each", "network": "network over vectors"}
"""The networks by what `model` calls them, and as the leaderboard does."""

_EXAMPLES = 5
_LIKED = 3


@final
@dataclass(frozen=True)
class Recommenders(Medium):
    """Who gave what to which thing, or who has what."""

    noun: ClassVar[str] = "ratings"

    def loaders(self, checked: Checked, settings: Settings) -> tuple[DataLoaders, list[str]]:
        _refuse(settings)
        assert checked.ratings is not None, "this is about ratings"
        assert isinstance(checked.parts, Parts), "those of rows stand in a column"
        found = checked.ratings
        parts = {name: rows for name in ("train", "valid", "test") if len(rows := found.rows(checked.parts, name))}
        options: Options = {"bs": settings.bs, "seed": settings.seed, "device": settings.device}
        made = loaders_of(parts, found.columns, found.titles, options, likes=found.likes)
        return made, [f"batches of {made.bs} (--bs)"]

    def changes(self, dls: DataLoaders) -> Sequence[Any]:
        """Of likes, other things drawn beside each; a rating changed is another rating."""
        return dls.train.changes if isinstance(dls.train, Loader) else ()

    def networks(self, plain: DataLoaders, changed: DataLoaders, settings: Settings, say: Say) -> list[Network]:
        options: dict[str, Any] = {"seed": settings.seed, "progress": False}
        chosen = {settings.model: NAMES[settings.model]} if settings.model else NAMES

        def made(name: str) -> Network:
            return Network(
                NAMES[name],
                lambda folder, callbacks: collab_learner(
                    plain, FACTORS, use_nn=name == "network", folder=folder, callbacks=callbacks, **options
                ),
                lambda learner, epochs: learner.fit_one_cycle(epochs, settings.lr),
                settings.epochs or 5,
                passes=4.0,
            )

        return [made(name) for name in chosen]

    def recommending(self, predictor: Predictor, plain: DataLoaders) -> Recommending:
        return recommending(predictor, plain)

    def example(self, plain: DataLoaders, folder: Path) -> Example:
        """Some people held back, or pairs of which the rating was, as a CSV; and what is asked besides."""
        assert isinstance(plain.valid, Loader), "the loaders of a job are ours"
        assert plain.codec is not None, "the loaders of a job have a codec"
        catalogue: Catalogue = plain.codec.input.catalogue
        some, likes = plain.valid.samples.inputs[:_EXAMPLES], isinstance(plain.codec.input, Person)
        file = folder / "example.csv"
        rows = [{catalogue.user_name: each} for each in some] if likes else [dict(each) for each in some]
        pl.DataFrame(rows).write_csv(file)
        person = rows[0][catalogue.user_name]
        liked = _much_had(catalogue)
        return Example(
            rows[0],
            repr(rows[0]),
            str(file),
            rows=True,
            python_more=(f"recommend({person!r}, n=10)", f"recommend(liked={liked!r})", f"similar({liked[0]!r})"),
            shell_more=(f"--user {quote(str(person))} -n 10", " ".join(f"--liked {quote(each)}" for each in liked)),
        )


def _much_had(catalogue: Catalogue) -> list[str]:
    """What many people have."""
    order = catalogue.popularity[1:].argsort()[::-1]
    return [catalogue.title(int(place) + 1) for place in order[:_LIKED]]


def _refuse(settings: Settings) -> None:
    """Settings that are about other kinds of data."""
    if settings.model is not None and settings.model not in NAMES:
        raise UsageError(f"--model {settings.model} is not for ratings", hint="--model product (of vectors) or --model network")
    for name in ("size", "weights"):
        if getattr(settings, name) is not None:
            raise UsageError(f"--{name} is about pictures and sounds, and these are ratings", hint=f"leave --{name} out")
