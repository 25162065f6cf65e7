"""A table of 10 million rows and 20 columns: read, learned from for one epoch, and how much memory that takes.

The table is made up, row group by row group. Each way runs in a process of its own: in memory, and in pieces (as tables are
that don't fit: encoded once into a mapped file, shuffled in blocks). Memory is what the process itself holds at most, and that
with the pages of the files it has mapped, which the system takes back when it needs room.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from _measure import Options, Report, ours, run
from _sides import Measured, Settings

WAYS = {"in memory": True, "in pieces": False}


def main(options: Options) -> None:
    from _large import report_memory, report_written

    rows = 20_000 if options.quick else 10_000_000
    report = Report("table_scale", f"A table of {rows:,} rows x 20 columns, one epoch", options)
    measured = {}
    with TemporaryDirectory() as folder:
        file = str(Path(folder, "rows.parquet"))
        written = ours(__file__, "write", {"file": file, "rows": rows})
        report_written(report, written)
        for way, in_memory in WAYS.items():
            found = measured[way] = ours(__file__, "learn", {"file": file, "in_memory": in_memory})
            report.row(f"{way}: to batches", [found["read"]], "s", f"{rows / found['read']:,.0f} rows/s")
            report.row(f"{way}: known again (fingerprints)", [found["known"]], "s")
            speed = f"{found['learned'] / found['took']:,.0f} rows/s"
            report.row(f"{way}: one epoch", [found["took"]], "s", f"{speed}, {found['valid'] / found['looked']:,.0f} validated")
            report_memory(report, f"{way}: most memory", found, written)
            best = f"whoever knew how the rows were made: {100 * written['best']:.2f} %"
            report.row(f"{way}: accuracy", [100 * found["accuracy"]], "%", best)
    report.finish({"written": written, "ways": measured})


def write(settings: Settings) -> Measured:
    from _large import write_table, written

    return written(write_table, settings)


def learn(settings: Settings) -> Measured:
    from _large import Memory, timed

    from fledge import TabularDataLoaders, tabular_learner

    with Memory() as memory:
        before = memory.read()
        dls, read = timed(
            lambda: TabularDataLoaders.from_csv(
                settings["file"], "bought", in_memory=settings["in_memory"], seed=0, device="cpu"
            )
        )
        _, known = timed(dls.fingerprints)
        learner = tabular_learner(dls, progress=False)
        learner.fit_one_cycle(1)
        figures, looked = timed(learner.validate)
    return {
        "read": read,
        "known": known,
        "took": learner.history[0]["seconds"],
        "learned": dls.train.count,
        "valid": dls.valid.count,
        "looked": looked,
        "accuracy": figures["accuracy"].value,
        "before": before,
        "own": memory.own,
        "resident": memory.resident,
    }


if __name__ == "__main__":
    run(main, write=write, learn=learn)
