"""Leaderboards of three small tables: Titanic (10 times 10 folds), bike sharing by time, Ames houses (10 folds).

Every model is fitted to the same folds. The average is of the three that do best on all other folds, so that the fold that is
measured on chooses nothing. Bike sharing is judged by its latest fifth, without the two columns that add up to the answer.
"""

from __future__ import annotations

from statistics import mean
from typing import Any

from _measure import Options, Report, data, ours, run
from _sides import Measured, Settings

AVERAGED = 3


def main(options: Options) -> None:
    report = Report("tables", "Leaderboards of small tables", options)
    repeats, folds = (1, 2) if options.quick else (options.times(10), 10)
    titanic = [
        ours(__file__, "titanic", {"file": str(data("titanic") / "train.csv"), "folds": folds, "seed": seed})
        for seed in range(repeats)
    ]
    _rows(report, "Titanic", titanic, "accuracy", 100, "%")
    ames = ours(__file__, "ames", {"file": str(data("ames-houses") / "train.csv"), "folds": folds, "seed": 0})
    best = _rows(report, "Ames", [ames], "rmse_log", 1, "")
    report.ratio("Ames, RMSE of log price, best", best[1], "<= 0.125", "")
    bikes = ours(__file__, "bikes", {"file": str(data("bike-sharing") / "hour.csv.gz")})
    _rows(report, "bikes", [bikes], "rmse", 1, "", also="rmsle")
    report.finish({"titanic": titanic, "ames": ames, "bikes": bikes})


def _rows(report: Report, table: str, found: list[Measured], metric: str, times: float, unit: str, also: str = "") -> Any:
    """The mean over the folds of each model, one value for each repeat; the highest and the lowest of the means."""
    means = []
    for name in found[0]:
        values = [times * mean(fold[metric] for fold in each[name]) for each in found]
        more = f", {also} {mean(fold[also] for each in found for fold in each[name]):.4f}" if also else ""
        took = mean(fold["fit"] for each in found for fold in each[name])
        means.append(mean(values))
        report.row(f"{table}: {name}", values, unit, f"mean {means[-1]:.4f}{more}, fitted in {took:.1f} s")
    return max(means), min(means)


def titanic(settings: Settings) -> Measured:
    return _folds(settings, "Survived", "classes", lambda fold: fold["accuracy"])


def ames(settings: Settings) -> Measured:
    return _folds(settings, "SalePrice", "numbers", lambda fold: -fold["rmse_log"])


def bikes(settings: Settings) -> Measured:
    from _leaderboard import board, numbers

    from fledge.data.tabular_dataloaders import TabularDataLoaders

    dls = TabularDataLoaders.from_csv(
        settings["file"], "cnt", ignore=["casual", "registered"], time="dteday", seed=0, device="cpu"
    )
    return {name: [each] for name, each in numbers(board(dls, "valid"), dls, "valid").items()}


def _folds(settings: Settings, target: str, kind: str, good: Any) -> Measured:
    """Each model's figures fold by fold."""
    import _leaderboard

    from fledge.data.splits import KFoldSplitter
    from fledge.data.table_reading import read_table
    from fledge.data.tabular_dataloaders import TabularDataLoaders
    from fledge.tasks.table import task_for

    frame, figures = read_table(settings["file"]).frame, getattr(_leaderboard, kind)
    boards, loaders, measured = [], [], []
    for fold in range(settings["folds"]):
        splitter = KFoldSplitter(settings["folds"], fold, seed=settings["seed"])
        dls = TabularDataLoaders.from_df(frame, target, splitter=splitter, seed=settings["seed"], device="cpu")
        found = {name: each for name, each in _leaderboard.board(dls, "valid").items() if not name.startswith("average")}
        boards.append(found)
        loaders.append(dls)
        measured.append(figures(found, dls, "valid"))
    for fold, (found, dls) in enumerate(zip(boards, loaders, strict=True)):
        others = [each for place, each in enumerate(measured) if place != fold]
        known = [name for name in found if not name.startswith("always")]
        best = sorted(known, key=lambda name: -mean(good(each[name]) for each in others))[:AVERAGED]
        outputs = task_for(dls.codec).mean_outputs([found[name]["outputs"] for name in best])
        name = f"average of the best {AVERAGED}"
        measured[fold] |= figures({name: {"outputs": outputs, "fit": 0.0, "answer": 0.0}}, dls, "valid")
    return {name: [each[name] for each in measured] for name in measured[0]}


if __name__ == "__main__":
    run(main, titanic=titanic, ames=ames, bikes=bikes)
