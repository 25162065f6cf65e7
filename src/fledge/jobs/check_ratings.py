"""A look at a table of ratings or likes: whose columns are what, how much is given by how many, what can't be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, final

import polars as pl

from fledge.core.errors import DataError, shown
from fledge.data.collab_columns import CollabColumns, find_columns, is_rated, titles_of
from fledge.data.collab_rows import MANY, Cleaned, again_words, bad_words, cleaned
from fledge.data.label_checks import Finding
from fledge.data.last_split import LastSplitter
from fledge.data.samples import BadItem
from fledge.data.splits import USUAL_SEED, RandomSplitter, Splitter
from fledge.data.table_reading import read_table
from fledge.data.time_split import TimeSplitter
from fledge.jobs.parts import Parts
from fledge.jobs.row_options import RowOptions
from fledge.transforms.row_frame import Rows

_FEW = 5
"""Somebody with fewer ratings is known by next to nothing."""


@final
@dataclass(frozen=True, eq=False)
class CheckedRatings:
    """The rows that can be used, and what its columns are; `titles` is what things are called, by their ids."""

    frame: pl.DataFrame
    columns: CollabColumns
    likes: bool
    titles: Mapping[str, str] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    test: pl.DataFrame | None = None

    def rows(self, parts: Parts, part: str) -> pl.DataFrame:
        """The rows of a part; those for a last test may have come from elsewhere."""
        if part == "test" and self.test is not None:
            return self.test
        return self.frame[parts[: self.frame.height].places(part)]

    def lines(self) -> list[str]:
        """Who, what, how much and when, with their counts."""
        people, things = self.frame[self.columns.user].n_unique(), self.frame[self.columns.item].n_unique()
        share = self.frame.height / max(people * things, 1)
        found = [
            f"{shown(self.columns.user)}: {people:,} people  (--user)",
            f"{shown(self.columns.item)}: {things:,} things, {100 * share:.2g} % of all pairs are there  (--item)",
        ]
        if self.titles:
            named = int(self.frame[self.columns.item].unique().cast(pl.String).is_in(list(self.titles)).sum())
            found[1] = found[1].replace("  (--item)", f", {named:,} with a title  (--item, --items)")
        if not self.likes and self.columns.rating:
            given = self.frame[self.columns.rating]
            low, mean, high = (float(each) for each in (given.min(), given.mean(), given.max()))  # type: ignore[arg-type]
            spread = f"{low:g} to {high:g}, {mean:.3g} on average"
            found.append(f"{shown(self.columns.rating)}: {spread}  (--rating; --task likes takes every row for a like)")
        elif self.likes:
            found.append("every row is a like: nothing says how much  (--rating)")
        if self.columns.time:
            found.append(f"{shown(self.columns.time)}: when it was")
        return found

    def as_dict(self) -> dict[str, Any]:
        """Plain values under stable names."""
        names = {"user": self.columns.user, "item": self.columns.item, "rating": self.columns.rating, "time": self.columns.time}
        counts = {
            "people": self.frame[self.columns.user].n_unique(),
            "things": self.frame[self.columns.item].n_unique(),
            "titles": len(self.titles),
        }
        return {"columns": names, **counts, "said": list(self.said)}


@final
@dataclass(frozen=True, eq=False)
class RatingFacts:
    """What looking at ratings gave: for `Checked`."""

    ratings: CheckedRatings
    parts: Parts
    split: str
    bad: tuple[BadItem, ...]
    findings: tuple[Finding, ...]


def rated(frame: pl.DataFrame, options: RowOptions) -> tuple[CollabColumns, str] | None:
    """Whether rows are ratings or likes, by what was said or by the names of their columns; and why."""
    if options.user or options.item or options.likes or is_rated(frame):
        columns = find_columns(frame, options.user, options.item, options.rating, options.latest)
        given = (
            "and what they gave it" if columns.rating and not options.likes else "and nothing that says how much they like it"
        )
        return columns, f"each row has somebody ({shown(columns.user)}), something ({shown(columns.item)}) {given}"
    return None


def check_ratings(
    frame: pl.DataFrame, columns: CollabColumns, root: Path, options: RowOptions, valid: float, seed: int | None
) -> RatingFacts:
    """Parts, titles and suspicions of ratings that were read."""
    likes = options.likes or columns.rating is None
    found = cleaned(frame, columns, likes=likes)
    findings = list(_unusable(found))
    parts, split = Parts.of(found.frame.height, {}), ""
    if not any(each.severity == "error" for each in findings):
        try:
            parts, split = _divided(found.frame, columns, options, valid, seed)
        except DataError as error:
            findings.append(Finding("no_split", "error", "; ".join(filter(None, (error.message, error.hint)))))
    titles, said = _titles(frame, columns, root, options)
    ratings = CheckedRatings(found.frame, columns, likes, titles, said)
    findings += _suspicions(ratings, options)
    return RatingFacts(ratings, parts, split, found.bad, tuple(findings))


def with_test_ratings(facts: CheckedRatings, file: str) -> CheckedRatings:
    """The same with rows for a last test."""
    frame = read_table(file).frame
    wanted = [facts.columns.user, facts.columns.item, *([] if facts.likes else [facts.columns.rating])]
    if absent := [name for name in wanted if name and name not in frame.columns]:
        raise DataError(f"{file} has no {shown(absent[0])}", hint="a test part needs the columns of the other rows")
    columns = facts.columns if facts.columns.time in frame.columns else replace(facts.columns, time=None)
    return replace(facts, test=cleaned(frame, columns, likes=facts.likes).frame)


def _unusable(found: Cleaned) -> list[Finding]:
    findings = []
    if found.bad:
        many = len(found.bad) > MANY * (found.frame.height + len(found.bad))
        findings.append(Finding("many_bad" if many else "bad_rows", "error" if many else "warning", bad_words(found)))
    if found.again:
        findings.append(Finding("again", "warning", again_words(found)))
    if not found.frame.height:
        findings.append(Finding("all_bad", "error", "no row can be used"))
    return findings


def _divided(
    frame: pl.DataFrame, columns: CollabColumns, options: RowOptions, valid: float, seed: int | None
) -> tuple[Parts, str]:
    """The part of each row, and how that came."""
    splitter: Splitter
    if options.last is not None:
        splitter = LastSplitter(columns.user, options.last, columns.time)
        words = f"the last {options.last} of everybody held back" + (f", by {shown(columns.time)}" if columns.time else "")
    elif options.latest is not None:
        splitter, words = (
            TimeSplitter(options.latest, valid),
            f"the latest {100 * valid:g} % by {shown(options.latest)} held back",
        )
    else:
        splitter = RandomSplitter(valid, seed, stratify=False)
        words = f"{100 * valid:g} % held back by chance, seed {USUAL_SEED if seed is None else seed}"
    split = splitter.split(Rows(frame))
    return Parts.of(frame.height, {"train": split.train, "valid": split.valid}), words


def _titles(
    frame: pl.DataFrame, columns: CollabColumns, root: Path, options: RowOptions
) -> tuple[dict[str, str], tuple[str, ...]]:
    """What things are called: by the table that was named, or one beside that has the ids under the same name and titles."""
    if options.items is not None:
        titles = titles_of(read_table(options.items).frame, columns.item)
        return titles, (f"titles of {len(titles):,} things from {options.items}  (--items)",)
    for file in _beside(root):
        try:
            table = read_table(file).frame
            if columns.item in table.columns and columns.user not in table.columns:
                titles = titles_of(table, columns.item)
                return titles, (f"titles of {len(titles):,} things from {file}, which lies beside  (--items)",)
        except DataError:
            continue  # it is no table of titles, and was not asked for
    return {}, ()


def _beside(root: Path) -> list[Path]:
    names = ("movies", "items", "titles", "books", "films", "anime", "products", "songs", "games")
    files = sorted(root.iterdir()) if root.is_dir() else []  # a frame lies in no folder
    return [file for file in files if file.is_file() and file.name.partition(".")[0].lower() in names]


def _suspicions(ratings: CheckedRatings, options: RowOptions) -> list[Finding]:
    """What is worth knowing: people with few ratings, dates that are not split by, ratings that are all the same."""
    findings, columns, frame = [], ratings.columns, ratings.frame
    if not frame.height:
        return []
    if columns.time and options.latest is None and options.last is None:
        told = f"for what comes next, --latest {shown(columns.time)}, or --last 5 for the last five of everybody"
        findings.append(Finding("dated", "warning", f"the rows are dated and held back by chance: {told}"))
    few = int((frame.group_by(columns.user).len()["len"] < _FEW).sum())
    if few:
        findings.append(Finding("few", "warning", f"{few:,} people have fewer than {_FEW} rows: little is known of them"))
    if not ratings.likes and columns.rating and frame[columns.rating].n_unique() == 1:
        what = f"every {columns.rating} is {frame[columns.rating][0]:g}, so there is nothing to learn about it"
        findings.append(Finding("one_rating", "error", f"{what}: --task likes takes every row for a like"))
    if frame[columns.item].n_unique() < 2:
        what = f"all rows are about one {columns.item}: {shown(frame[columns.item][0])}"
        findings.append(Finding("one_item", "error", what))
    return findings
