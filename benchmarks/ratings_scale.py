"""25 million ratings: read, learned from for one epoch, and how much memory that takes.

The ratings are made up, row group by row group: 162,000 people, 59,000 things, few of which come up often. Memory is what the
process itself holds at most, and that with the pages of the files it has mapped.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from _measure import Options, Report, ours, run
from _sides import Measured, Settings


def main(options: Options) -> None:
    from _large import report_memory, report_written

    rows = 50_000 if options.quick else 25_000_000
    report = Report("ratings_scale", f"{rows:,} ratings, 50 factors, one epoch", options)
    with TemporaryDirectory() as folder:
        file = str(Path(folder, "ratings.parquet"))
        written = ours(__file__, "write", {"file": file, "rows": rows})
        report_written(report, written)
        found = ours(__file__, "learn", {"file": file})
    used = found["learned"] + found["valid"]
    report.row("to batches", [found["read"]], "s", f"{rows / found['read']:,.0f} rows/s; {used:,} of them differ in their pair")
    report.row("known again (fingerprints)", [found["known"]], "s")
    report.row("a learner, with biases in closed form", [found["made"]], "s")
    speed = f"{found['learned'] / found['took']:,.0f} ratings/s"
    report.row("one epoch", [found["took"]], "s", f"{speed}, {found['valid'] / found['looked']:,.0f} validated")
    report_memory(report, "most memory", found, written)
    report.row("RMSE", [found["rmse"]], "", f"whoever knew how the ratings were made: {written['best']:.4f}")
    report.finish({"written": written, "learned": found})


def write(settings: Settings) -> Measured:
    from _large import write_ratings, written

    return written(write_ratings, settings)


def learn(settings: Settings) -> Measured:
    from _large import Memory, timed

    from fledge import CollabDataLoaders, collab_learner

    with Memory() as memory:
        before = memory.read()
        dls, read = timed(lambda: CollabDataLoaders.from_csv(settings["file"], seed=0, device="cpu"))
        _, known = timed(dls.fingerprints)
        learner, made = timed(lambda: collab_learner(dls, progress=False))
        learner.fit_one_cycle(1)
        figures, looked = timed(learner.validate)
    return {
        "read": read,
        "known": known,
        "made": made,
        "took": learner.history[0]["seconds"],
        "learned": dls.train.count,
        "valid": dls.valid.count,
        "looked": looked,
        "rmse": figures["rmse"].value,
        "before": before,
        "own": memory.own,
        "resident": memory.resident,
    }


if __name__ == "__main__":
    run(main, write=write, learn=learn)
