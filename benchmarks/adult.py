"""S7: the Adult census table, official test: every row of the leaderboard, and the network's time against fastai's.

Like for like are the same rows, batch size, layers (200, 100) and 3 epochs, with a look at the held-back fifth after
each. By default settings fledge chooses batch size, network and rate itself. Test rows are looked at once, at the end.
With `--quick` the leaderboard is fitted once.
"""

from __future__ import annotations

from statistics import mean, median

from _measure import Options, Report, by_turns, data, ours, peer, run
from _sides import Measured, Settings, seconds

BATCHES = (64, 1024)


def main(options: Options) -> None:
    folder = data("adult")
    files = {"train": str(folder / "train.csv.gz"), "test": str(folder / "test.csv.gz")}
    epochs = 1 if options.quick else 3
    rounds = options.times(5)
    sides = {
        "board": lambda number: ours(__file__, "every", {**files, "seed": number}),
        "default": lambda number: ours(__file__, "default", {**files, "seed": number, "epochs": 1 if options.quick else 4}),
    }
    for bs in BATCHES if not options.quick else BATCHES[1:]:
        like: Settings = {**files, "bs": bs, "epochs": epochs}
        sides[f"fledge {bs}"] = lambda number, like=like: ours(__file__, "like", {**like, "seed": number})
        if options.peers:
            sides[f"fastai {bs}"] = lambda number, like=like: peer("_fastai_tabular.py", {**like, "seed": number})
    measured = by_turns(dict.fromkeys(sides, rounds), sides)
    report = Report("adult", f"S7  Adult, official test, {rounds} seeds", options)
    boards = measured.pop("board")
    best = _leaderboard(report, boards)
    report.ratio("best of the leaderboard, mean accuracy", best, ">= 87.4", "%")
    took = {name: report.row(f"{name}, fit", [each["fit"] for each in found], "s") for name, found in measured.items()}
    right = {name: [100 * each["accuracy"] for each in found] for name, found in measured.items()}
    for name, shares in right.items():
        report.row(f"{name}, accuracy on the test", shares, "%", f"mean {mean(shares):.2f}")
    report.ratio("accuracy by default settings, mean", mean(right["default"]), ">= 86.0", "%")
    for name in [each for each in sides if each.startswith("fastai")]:
        size = name.split()[1]
        report.ratio(f"{name} / fledge {size}, like for like", took[name] / took[f"fledge {size}"], ">= 2.3")
    if "fastai 64" in took:
        report.ratio("fastai 64 / fledge by default settings", took["fastai 64"] / took["default"], ">= 15")
        report.ratio(
            "accuracy by default settings over fastai's", mean(right["default"]) - mean(right["fastai 64"]), ">= 0", "%"
        )
    report.finish({**measured, "board": boards})


def _leaderboard(report: Report, boards: list[Measured]) -> float:
    """Accuracy, area under the curve and fitting time of each model; the mean accuracy of the best."""
    means = []
    for name in boards[0]:
        found = [board[name] for board in boards]
        right, area = [100 * each["accuracy"] for each in found], mean(each["roc_auc"] for each in found)
        means.append(mean(right))
        took = median(each["fit"] for each in found)
        report.row(name, right, "%", f"mean {means[-1]:.2f}, AUC {area:.4f}, fitted in {took:.1f} s")
    return max(means)


def every(settings: Settings) -> Measured:
    from _leaderboard import board, classes

    from fledge.data.tabular_dataloaders import TabularDataLoaders

    dls = TabularDataLoaders.from_csv(
        settings["train"], "salary", test=settings["test"], seed=settings["seed"], device="cpu", valid_pct=0.05
    )
    return classes(board(dls, "test"), dls, "test")


def default(settings: Settings) -> Measured:
    return _fitted(settings, {}, {})


def like(settings: Settings) -> Measured:
    return _fitted(settings, {"bs": settings["bs"]}, {"layers": [200, 100], "dim": 8, "dropout": 0.0, "lr": 1e-3})


def _fitted(settings: Settings, data_options: Settings, net_options: Settings) -> Measured:
    from fledge.data.tabular_dataloaders import TabularDataLoaders
    from fledge.training.tabular import tabular_learner

    dls = TabularDataLoaders.from_csv(
        settings["train"], "salary", test=settings["test"], seed=settings["seed"], device="cpu", **data_options
    )
    # What only a process's first training pays, torch's imports above all, is no part of it, on either side.
    tabular_learner(dls, progress=False, **net_options).fit_one_cycle(1)
    learn = tabular_learner(dls, progress=False, **net_options)
    took = seconds(lambda: learn.fit_one_cycle(settings["epochs"]))
    return {"fit": took, "accuracy": learn.validate("test")["accuracy"].value}


if __name__ == "__main__":
    run(main, default=default, like=like, every=every)
