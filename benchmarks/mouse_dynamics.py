"""The Balabit mouse challenge: which of ten users a session is from, and whether a session is the user's it claims to be.

`network` sees the movements drawn as pictures, `forest` is a random forest on their statistics (and `neighbours`, `regression`
the other simple things); all learn from the same pieces, and average their answers over a session's. To tell users apart,
whole sessions are held back: the k-th of everyone, k from 1 to 5 in turn. Genuine and impostor are the official test
sessions, of which nobody has learned anything; the score of a session is the share of belief in the user it claims. Areas
and equal error rates are computed for each user, and then averaged.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

from _measure import Options, Report, data, ours, run
from _sides import Measured, Settings

FOLDS = 5
EPOCHS = 8
SIDES = ("network", "forest", "neighbours", "regression")


def main(options: Options) -> None:
    settings: Settings = {"data": str(data("mouse-dynamics")), "epochs": 1 if options.quick else EPOCHS}
    report = Report("mouse_dynamics", "Mouse dynamics  ten users, official test sessions", options)
    report.notes.append(f"network: {settings['epochs']} epochs; all learn from pieces of 128 events")
    folds = range(1 if options.quick else FOLDS)
    measured: dict[str, Any] = {}
    for side in SIDES:
        apart = [ours(__file__, side, settings | {"fold": fold}) for fold in folds]
        claimed = ours(__file__, side, settings | {"fold": None})
        measured[side] = {"folds": apart, "claimed": claimed}
        sessions = sum(each["sessions"] for each in apart)
        right = sum(each["right"] * each["sessions"] for each in apart) / sessions
        report.row(f"{side}, which of 10: accuracy by piece of each fold", [each["by_piece"] for each in apart], "")
        report.row(f"{side}, files to a trained model", [each["seconds"] for each in apart], "s")
        report.ratio(f"{side}, which of 10: accuracy by session, {sessions} sessions", right, unit="")
        report.row(f"{side}, area under ROC of each user", claimed["areas"], "")
        report.row(f"{side}, equal error rate of each user", claimed["errors"], "")
        report.ratio(f"{side}, genuine or impostor: mean area", _mean(claimed["areas"]), unit="")
        report.ratio(f"{side}, genuine or impostor: mean equal error rate", _mean(claimed["errors"]), unit="")
    report.finish(measured)


def network(settings: Settings) -> Measured:
    from fledge.training.track import track_learner

    def fit(dls: Any) -> Any:
        learn = track_learner(dls, progress=False)
        learn.fit_one_cycle(settings["epochs"], 3e-3)
        return learn.predictor()

    return _told_apart(settings, fit)


def forest(settings: Settings) -> Measured:
    return _told_apart(settings, lambda dls: _simple(dls, "forest"))


def neighbours(settings: Settings) -> Measured:
    return _told_apart(settings, lambda dls: _simple(dls, "neighbours"))


def regression(settings: Settings) -> Measured:
    return _told_apart(settings, lambda dls: _simple(dls, "regression"))


def _told_apart(settings: Settings, fit: Any) -> Measured:
    """Sessions held back of each user, or with no fold the official test sessions."""
    from pathlib import Path

    from fledge.data.block import DataBlock
    from fledge.data.labels import parent_label
    from fledge.data.splits import FuncSplitter
    from fledge.data.track_files import get_track_files
    from fledge.transforms.category import CategoryBlock
    from fledge.transforms.track import TrackBlock
    from fledge.transforms.track_change import track_transforms

    began, fold = perf_counter(), settings["fold"]
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
    dls = block.dataloaders(items, bs=32, device="cpu")
    predictor = fit(dls)
    seconds = perf_counter() - began
    if fold is None:
        return _claimed(predictor, Path(settings["data"])) | {"seconds": seconds}
    return _by_session_and_piece(predictor, dls) | {"seconds": seconds}


def _simple(dls: Any, name: str) -> Any:
    from fledge.classic.candidates import candidates
    from fledge.predictor.predictor import Predictor
    from fledge.tasks.table import task_for

    task = task_for(dls.codec)
    [chosen] = [each for each in candidates(task, dls.codec, dls.train) if each.name.endswith(name)]
    fitted = chosen.fit(dls.train, 0)
    return Predictor(task, dls.codec, fitted.model, fitted.architecture)


def _by_session_and_piece(predictor: Any, dls: Any) -> Measured:
    from fledge.data.pieces import in_pieces
    from fledge.scoring.metrics import accuracy

    found: dict[str, float] = {}
    for name, loader in (("right", dls.valid), ("by_piece", in_pieces(dls.valid))):
        tally = accuracy.start()
        for batch in loader.epoch(0, train=False):
            tally.add(predictor.model(batch.inputs), batch.targets)
        found[name] = tally.value()
    return {**found, "sessions": dls.valid.count}


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


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


if __name__ == "__main__":
    run(main, network=network, forest=forest, neighbours=neighbours, regression=regression)
