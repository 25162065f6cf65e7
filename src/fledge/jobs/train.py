"""One line, from data to a function: look, try the simple things, then networks, and say which to use."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from fledge.classic.candidates import Candidate, candidates
from fledge.core.devices import choose_device
from fledge.core.errors import DataError, OutOfMemory, TrainingError, UnknownName, listed
from fledge.core.folder_lock import FolderLock
from fledge.core.log import log
from fledge.core.precision import choose_precision
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.jobs.check import check
from fledge.jobs.checked import Checked
from fledge.jobs.deadline import Allowance
from fledge.jobs.medium import MEDIA, Medium, Network, Say, loaders, with_changes
from fledge.jobs.run_folder import RunFolder, slug
from fledge.jobs.settings import Settings
from fledge.jobs.summing_up import Outcome, finish
from fledge.jobs.trained import Trained
from fledge.jobs.tried import Made, Trials, Tried, best_of, simplest_good_enough
from fledge.predictor.card import Card
from fledge.predictor.predictor import Predictor
from fledge.tasks.table import task_for
from fledge.tasks.task import Task
from fledge.training.asking import EXAMPLES
from fledge.training.checkpoint import checkpoints

RUNS = "runs"
"""The folder in which every training has one of its own."""


def train(
    source: str | Path, *, name: str | None = None, out: str | Path = RUNS, say: Say | None = None, **choices: Any
) -> Trained:
    """Looks at data, tries simple things and then networks, and gives back the one to use, as a function and as a folder.

    `choices` are the fields of `Settings`: task, target, model, weights, pretrained, valid, test, seed, epochs, time, size, bs,
    lr, device, precision, on_bad. What is left out is chosen by looking at the data, and said.
    """
    settings = Settings(str(source), **_as_settings(choices))
    began = monotonic()
    checked = looked_at(settings, say or log.info)
    folder = RunFolder.new(Path(out), slug(name or Path(source).resolve().name))
    return _trained(settings, checked, folder, say or log.info, began)


def resume(folder: str | Path, *, say: Say | None = None) -> Trained:
    """Goes on with a training that was broken off, with the settings it was begun with."""
    run = RunFolder.existing(Path(folder))
    settings, began = run.settings(), monotonic()
    return _trained(settings, looked_at(settings, say or log.info), run, say or log.info, began)


def looked_at(settings: Settings, say: Say) -> Checked:
    """What the data are; an error if nothing can be learned from them."""
    checked = check(settings.source, target=settings.target, valid=settings.valid, seed=settings.seed)
    for word, line in checked.lines():
        say(f"{word:8}{line}")
    errors = [
        each.message for each in checked.errors if not (settings.on_bad == "skip" and each.kind in ("many_bad", "class_lost"))
    ]
    if errors:
        raise DataError("; ".join(errors), hint=f"`fledge check {settings.source}` says more")
    if settings.task not in (None, checked.task):
        checked = replace(checked, task=str(settings.task), because="asked for")
    if checked.kind not in MEDIA:
        raise DataError(f"{settings.source} holds {checked.task.replace('-', ' ')}, which one line can't train yet")
    return checked


def _trained(settings: Settings, checked: Checked, folder: RunFolder, say: Say, began: float) -> Trained:
    with FolderLock(folder.path):
        folder.write_state(settings, task=checked.task)
        medium: Medium = MEDIA[checked.kind]()
        dls, chosen = loaders(medium, checked, settings)
        device = choose_device(settings.device)
        precision = choose_precision(device.device, settings.precision)
        say(f"{'Chosen':8}{', '.join(chosen)}, {device}, {precision}")
        dls.write_bad_files(folder.path / "bad_files.csv")
        allowance = Allowance(settings.time, began)
        tried = _everything_tried(medium, dls, settings, folder, allowance, say)
        winner = _chosen(tried, settings)
        trained = finish(Outcome(settings, checked, medium.noun, dls, tuple(tried), winner, folder, monotonic() - began), say)
        shutil.rmtree(folder.tried, ignore_errors=True)
        shutil.rmtree(folder.path / "checkpoint", ignore_errors=True)
    return trained


def _everything_tried(
    medium: Medium, dls: DataLoaders, settings: Settings, folder: RunFolder, allowance: Allowance, say: Say
) -> list[Tried]:
    """Rules, classic models, then networks from quick to slow, while they gain and there is time."""
    assert isinstance(dls.valid, Loader), "the loaders of a job are ours"
    trials = Trials(folder, dls.valid)
    tried: list[Tried] = []
    task: Task[Any] = task_for(_codec(dls))
    say("")
    for candidate in candidates(task, _codec(dls)):
        if tried and allowance.left <= 0:
            break
        tried.append(trials.of(candidate.name, candidate.kind, partial(_fitted, candidate, task, dls, settings)))
        say(_row(tried[-1]))
    networks = medium.networks(dls, with_changes(dls, medium.changes(dls)), settings, say)
    for network in networks:
        one = _network_tried(network, trials, settings, folder, allowance, say)
        if one is None:
            continue
        tried.append(one)
        say(_row(one))
        if one.measured.perfect:
            break
    return tried


def _network_tried(
    network: Network, trials: Trials, settings: Settings, folder: RunFolder, allowance: Allowance, say: Say
) -> Tried | None:
    """One network, if there is time; one that fails is said, and the others go on."""

    def made() -> Made:
        place = folder.checkpoint(network.name)
        learner = network.learner(place)
        if checkpoints(place):
            learner.resume(callbacks=allowance.callbacks())
        else:
            epochs = allowance.epochs(learner, network.epochs, passes=network.passes, once=network.once)
            if epochs < 1:
                raise _NoTimeError
            learner.callbacks += allowance.callbacks()
            network.fit(learner, epochs)
        assert learner.run is not None, "a learner that was taught has had a run"
        shutil.rmtree(place, ignore_errors=True)
        return Made(learner.predictor(network.name), learner.history, learner.run.plan, learner.run.stopped or "")

    try:
        return trials.of(network.name, "network", made)
    except _NoTimeError:
        say(f"  {network.name}: not tried, for {allowance.left:.0f} s are too short for an epoch (--time)")
    except (TrainingError, OutOfMemory) as error:
        say(f"  {network.name}: failed: {error.message}")
    return None


class _NoTimeError(Exception):
    """Not one epoch fits into the time left."""


def _fitted(candidate: Candidate, task: Task[Any], dls: DataLoaders, settings: Settings) -> Made:
    """A simple thing fitted to the training part, as a predictor."""
    assert isinstance(dls.train, Loader)
    assert isinstance(dls.valid, Loader)
    fitted = candidate.fit(dls.train, settings.seed)
    card = Card.now(name=candidate.name, trained_on=dls.train.count, held_back=dls.valid.count, seed=settings.seed)
    predictor = Predictor(task, _codec(dls), fitted.model, fitted.architecture, card)
    return Made(predictor.with_examples(list(dls.valid.samples.inputs[:EXAMPLES])), note=fitted.note)


def _codec(dls: DataLoaders) -> Any:
    assert dls.codec is not None, "the loaders of a job have a codec"
    return dls.codec


def _chosen(tried: Sequence[Tried], settings: Settings) -> Tried:
    """The one to recommend: the simplest within noise of the best, or the best of the network asked for."""
    if settings.model is None:
        return simplest_good_enough(tried)
    asked_for = [each for each in tried if each.kind == "network"]
    if not asked_for:
        raise TrainingError(
            f"{settings.model} was not trained: {listed([each.name for each in tried])} were", hint="give it more time: --time"
        )
    return best_of(asked_for)


def _row(tried: Tried) -> str:
    note = f"  ({tried.note})" if tried.note else ""
    return f"  {tried.name:<34}{tried.measured.figure!s:<34}{tried.seconds:7.1f} s{note}"


def _as_settings(choices: dict[str, Any]) -> dict[str, Any]:
    """Choices as the settings hold them: one target or several, paths as texts."""
    known = [each for each in Settings.__dataclass_fields__ if each != "source"]
    if unknown := sorted(set(choices) - set(known)):
        raise UnknownName("setting", unknown[0], known)
    target = choices.get("target", ())
    named = {"target": (target,) if isinstance(target, str) else tuple(target or ())}
    paths = {name: str(choices[name]) for name in ("weights", "test") if choices.get(name) is not None}
    return choices | named | paths
