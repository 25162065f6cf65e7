"""The Balabit mouse challenge: which of ten users a session is from, and whether a session is the user's it claims to be.

`network` sees the movements drawn as pictures, `forest` is a random forest on their statistics (and `neighbours`, `regression`
the other simple things); all learn from the same pieces, and average their answers over a session's. To tell users apart,
whole sessions are held back: the k-th of everyone, k from 1 to 5 in turn. Genuine and impostor are the official test
sessions, of which nobody has learned anything; the score of a session is the share of belief in the user it claims. Areas
and equal error rates are computed for each user, and then averaged. In the end network and forest are compared session by
session, and user by user: which is better, by how much, and whether that is more than chance.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from _measure import Options, Report, data, ours, run
from _sides import Measured, Settings

FOLDS = 5
EPOCHS = 8
SIMPLE = ("forest", "neighbours", "regression")


def main(options: Options) -> None:
    settings: Settings = {"data": str(data("mouse-dynamics")), "epochs": 1 if options.quick else EPOCHS}
    report = Report("mouse_dynamics", "Mouse dynamics  ten users, official test sessions", options)
    report.notes.append(f"network: {settings['epochs']} epochs; all learn from pieces of 128 events")
    folds = range(1 if options.quick else FOLDS)
    found = {
        side: [ours(__file__, side, settings | {"fold": fold}) for fold in (*folds, None)] for side in ("network", "simple")
    }
    measured = {"network": found["network"]} | {name: [each[name] for each in found["simple"]] for name in SIMPLE}
    for side, (*apart, claimed) in measured.items():
        rights = _rights(apart)
        report.row(f"{side}, which of 10: accuracy by piece of each fold", [each["by_piece"] for each in apart], "")
        report.row(f"{side}, files to a trained model", [each["seconds"] for each in apart], "s")
        report.ratio(f"{side}, which of 10: accuracy by session, {len(rights)} sessions", _mean(rights), unit="")
        report.row(f"{side}, area under ROC of each user", claimed["areas"], "")
        report.row(f"{side}, equal error rate of each user", claimed["errors"], "")
        report.ratio(f"{side}, genuine or impostor: mean area", _mean(claimed["areas"]), unit="")
        report.ratio(f"{side}, genuine or impostor: mean equal error rate", _mean(claimed["errors"]), unit="")
    report.notes += _verdicts(measured["network"], measured["forest"])
    report.finish(measured)


def _verdicts(network: list[Measured], forest: list[Measured]) -> list[str]:
    """Which is better, in words, at each of the questions."""
    from fledge.scoring.difference import difference

    (*drawn, claimed), (*counted, claimed_too) = network, forest
    fewer = [[-each for each in side["errors"]] for side in (claimed, claimed_too)]
    return [
        f"network less forest, accuracy by session: {difference(_rights(drawn), _rights(counted))}",
        f"network less forest, area of each user: {difference(claimed['areas'], claimed_too['areas'])}",
        f"network less forest, 1 - equal error rate of each user: {difference(*fewer)}",
    ]


def _rights(folds: list[Measured]) -> list[bool]:
    """Of each session held back in any fold, whether it was told right."""
    return [right for each in folds for right in each["rights"]]


def network(settings: Settings) -> Measured:
    from fledge.training.track import track_learner

    def fit(dls: Any) -> Any:
        learn = track_learner(dls, progress=False)
        learn.fit_one_cycle(settings["epochs"], 3e-3)
        return learn.predictor()

    began = perf_counter()
    return _judged(_loaders(settings), fit, settings, began)


def simple(settings: Settings) -> Measured:
    """All simple things, on features that are computed once."""
    dls = _loaders(settings)
    return {name: _judged(dls, lambda dls, name=name: _simple(dls, name), settings, perf_counter()) for name in SIMPLE}


def _simple(dls: Any, name: str) -> Any:
    from fledge.classic.candidates import candidates
    from fledge.predictor.predictor import Predictor
    from fledge.tasks.table import task_for

    task = task_for(dls.codec)
    [chosen] = [each for each in candidates(task, dls.codec, dls.train) if each.name.endswith(name)]
    fitted = chosen.fit(dls.train, 0)
    return Predictor(task, dls.codec, fitted.model, fitted.architecture)


def _loaders(settings: Settings) -> Any:
    """Sessions held back of each user; with no fold, next to none."""
    from pathlib import Path

    from fledge.data.block import DataBlock
    from fledge.data.labels import parent_label
    from fledge.data.splits import FuncSplitter
    from fledge.data.track_files import get_track_files
    from fledge.transforms.category import CategoryBlock
    from fledge.transforms.track import TrackBlock
    from fledge.transforms.track_change import track_transforms

    fold = settings["fold"]
    files = get_track_files(Path(settings["data"], "train"))
    users = sorted({file.parent for file in files})
    # Without a fold all sessions are learned from; one of each user stands in for what is held back, and is not looked at.
    number = {file: place for user in users for place, file in enumerate(f for f in files if f.parent == user)}
    held = [file for file in files if number[file] % FOLDS == (0 if fold is None else fold)]
    items = [(file, parent_label(file), False) for file in files if fold is None or file not in held]
    items += [(file, parent_label(file), True) for file in held]
    block = DataBlock(
        (TrackBlock(), CategoryBlock),
        get_x=lambda item: item[0],
        get_y=lambda item: item[1],
        splitter=FuncSplitter(lambda item: item[2]),
        batch_tfms=track_transforms(),
    )
    return block.dataloaders(items, bs=32, device="cpu")


def _judged(dls: Any, fit: Callable[[Any], Any], settings: Settings, began: float) -> Measured:
    """What was learned, on the sessions held back; or with no fold on the official test sessions."""
    from fledge.data.pieces import in_pieces

    predictor = fit(dls)
    seconds = perf_counter() - began
    if settings["fold"] is None:
        from pathlib import Path

        return _claimed(predictor, Path(settings["data"])) | {"seconds": seconds}
    by_piece = _told(predictor, in_pieces(dls.valid))
    return {"rights": _told(predictor, dls.valid), "by_piece": _mean(by_piece), "seconds": seconds}


def _told(predictor: Any, loader: Any) -> list[bool]:
    """Of each item, whether it is told right."""
    batches = loader.epoch(0, train=False)
    return [bool(right) for each in batches for right in predictor.model(each.inputs).argmax(1) == each.targets]


def _claimed(predictor: Any, folder: Any) -> Measured:
    """For each user, how well genuine sessions are told from impostors'."""
    import csv

    import torch

    from fledge.scoring.measures import area_under_roc, equal_error

    with (folder / "test_labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    answers = predictor([folder / row["file"] for row in rows])
    areas, errors = [], []
    for user in sorted({row["user"] for row in rows}):
        of_user = [place for place, row in enumerate(rows) if row["user"] == user]
        scores = torch.tensor([answers[place].probabilities[user] for place in of_user], dtype=torch.float64)
        genuine = torch.tensor([rows[place]["is_illegal"] == "0" for place in of_user])
        areas.append(area_under_roc(scores, genuine))
        errors.append(equal_error(scores, genuine)[0])
    return {"areas": areas, "errors": errors}


def _mean(values: list[Any]) -> float:
    return sum(values) / len(values)


if __name__ == "__main__":
    run(main, network=network, simple=simple)
