"""Which columns of a table say who, what, how much and when; and what an items file calls things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import polars as pl

from fledge.core.errors import DataError, UnknownName, UsageError, listed, shown
from fledge.core.log import log
from fledge.transforms.row_frame import as_frame, value_text

USERS = ("user", "userid", "person", "customer", "customerid", "member", "reader", "viewer", "who", "account", "profile")
ITEMS = ("item", "itemid", "movie", "movieid", "film", "book", "bookid", "isbn", "anime", "animeid", "product", "productid",
         "song", "track", "artist", "artistid", "game", "show", "thing", "article", "asin", "title", "what")  # fmt: skip
RATINGS = ("rating", "score", "stars", "star", "grade", "value", "bookrating", "vote")
TIMES = ("timestamp", "time", "date", "datetime", "ts", "when", "day", "rated", "ratedat", "createdat")
_MOST_OTHERS = 4
"""A table with more columns beside people and things tells more than ratings."""

TITLES = ("title", "name", "movietitle", "booktitle", "label", "itemname", "itemtitle")


@final
@dataclass(frozen=True)
class CollabColumns:
    """The names of the columns; without one for ratings, each row says that somebody has something."""

    user: str
    item: str
    rating: str | None
    time: str | None

    def __str__(self) -> str:
        given = f"rating {shown(self.rating)}" if self.rating else "no rating: each row is a like"
        return f"user {shown(self.user)}, item {shown(self.item)}, {given}" + (
            f", time {shown(self.time)}" if self.time else ""
        )


def find_columns(
    frame: pl.DataFrame,
    user_name: str | None = None,
    item_name: str | None = None,
    rating_name: str | None = None,
    time_name: str | None = None,
) -> CollabColumns:
    """The columns as given, others by their usual names, else in the order user, item, rating; what was found is said.

    >>> print(find_columns(pl.DataFrame({"userId": [1], "movieId": [2], "stars": [4.5]})))
    user 'userId', item 'movieId', rating 'stars'
    """
    for name in (user_name, item_name, rating_name, time_name):
        if name is not None and name not in frame.columns:
            raise UnknownName("column", name, frame.columns)
    taken = [name for name in (user_name, item_name, rating_name, time_name) if name]
    if len(set(taken)) < len(taken):
        raise UsageError(f"one column can't be two things: {listed(taken)}", hint="name a column each")
    user = user_name or _usual(frame, USERS, taken)
    item = item_name or _usual(frame, ITEMS, [*taken, *([user] if user else [])])
    time = time_name or _usual(frame, TIMES, [*taken, *[each for each in (user, item) if each]])
    rating = rating_name or _usual(frame, RATINGS, [each for each in (*taken, user, item, time) if each])
    left = [name for name in frame.columns if name not in (user, item, rating, time)]
    user = user or _next(left, "user", frame)
    item = item or _next(left, "item", frame)
    if rating is None and left and frame[left[0]].dtype.is_numeric() and not frame[left[0]].dtype.is_temporal():
        rating = left[0] if user_name is None and item_name is None and len(frame.columns) == 3 else None
    found = CollabColumns(user, item, rating, time)
    log.info("%s", found)
    return found


def is_rated(frame: pl.DataFrame) -> bool:
    """Whether the columns' names say that people gave things ratings, or that nothing stands there but people and things.

    >>> is_rated(pl.DataFrame({"userId": [1], "movieId": [2], "rating": [4.5]}))
    True
    >>> is_rated(pl.DataFrame({"user": [1], "age": [2]}))
    False
    """
    user = _usual(frame, USERS, [])
    item = _usual(frame, ITEMS, [user] if user else [])
    if user is None or item is None:
        return False
    others = [name for name in frame.columns if name not in (user, item)]
    rating = _usual(frame, RATINGS, [user, item])
    if rating is not None and len(others) <= _MOST_OTHERS:
        return frame[rating].dtype.is_numeric()
    return not [name for name in others if _plain(name) not in TIMES]


def titles_of(items: Any, item_name: str, titles_name: str | None = None) -> dict[str, str]:
    """What things are called, by the ids in a table of items: a column named like the ratings' one, or the first."""
    frame = as_frame(items)
    if titles_name is not None and titles_name not in frame.columns:
        raise UnknownName("column", titles_name, frame.columns)
    ids = item_name if item_name in frame.columns else _usual(frame, ITEMS[:-2], []) or frame.columns[0]
    title = titles_name or _usual(frame, TITLES, [ids])
    if title is None:
        raise DataError(
            f"no column of the items says what they are called: {listed(frame.columns)}", hint="name it: title_name=..."
        )
    known = frame.select(ids, title).drop_nulls()
    found = {value_text(thing): value_text(called) for thing, called in known.rows()}
    log.info("titles of %d items from the column %s, by %s", len(found), shown(title), shown(ids))
    return found


def _usual(frame: pl.DataFrame, names: Sequence[str], taken: Sequence[str]) -> str | None:
    plain: Mapping[str, str] = {_plain(name): name for name in reversed(frame.columns) if name not in taken}
    return next((plain[name] for name in names if name in plain), None)


def _plain(name: str) -> str:
    """A column's name without case and what stands between its words."""
    return "".join(each for each in name.casefold() if each.isalnum())


def _next(left: list[str], what: str, frame: pl.DataFrame) -> str:
    if not left:
        raise DataError(
            f"no column is left that could be the {what}: {listed(frame.columns)}", hint=f"name it: {what}_name=..."
        )
    return left.pop(0)
