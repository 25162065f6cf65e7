"""Rows of a table over HTTP."""

from __future__ import annotations

import io
import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fledge.serve.app import App, build_app
from fledge.serve.limits import Limits
from tests.counts import count
from tests.serve.calls import FORM, ask_now, form
from tests.serve.predictors import row_predictor, rows

JSON = {"content-type": "application/json"}
CSV = {"content-type": "text/csv; charset=utf-8"}
PREDICTOR = row_predictor()
ROWS = rows(60)


@pytest.fixture(scope="module")
def app() -> App:
    return build_app(PREDICTOR)


def sent(app: App, body: Any) -> Any:
    return ask_now(app, "POST", "/predict", JSON, json.dumps(body).encode())


def csv_of(some: list[dict[str, Any]]) -> bytes:
    file = io.BytesIO()
    pl.DataFrame(some).write_csv(file)
    return file.getvalue()


@pytest.mark.promise("F1")
def test_answers_are_bit_for_bit_those_of_a_call(app: App) -> None:
    called = [PREDICTOR(row).as_dict() for row in ROWS]
    assert sent(app, {"row": ROWS[0]}).json["answers"] == called[:1]
    assert sent(app, {"rows": ROWS}).json["answers"] == called
    assert ask_now(app, "POST", "/predict", CSV, csv_of(ROWS)).json["answers"] == called


def test_columns_come_in_any_order_and_others_do_not_matter(app: App) -> None:
    row = dict(reversed(ROWS[0].items())) | {"more": [1]}
    assert sent(app, {"row": row}).json == sent(app, {"row": ROWS[0]}).json


def test_a_spreadsheet_of_another_country_is_the_same_table(app: App) -> None:
    text = csv_of(ROWS).decode().replace(".000000", "").replace(",", ";").replace(".", ",").replace("\n", "\r\n")
    expected = ask_now(app, "POST", "/predict", CSV, csv_of(ROWS)).json
    assert ask_now(app, "POST", "/predict", CSV, text.encode("utf-16")).json == expected


def test_what_was_never_met_is_said_beside_the_answer(app: App) -> None:
    odd, usual = ROWS[0] | {"place": "gardn", "wing": 1e6}, ROWS[1]
    first, second = sent(app, {"rows": [odd, usual]}).json["answers"]
    assert first["warnings"] == list(PREDICTOR(odd).warnings)
    assert first["warnings"][0] == "place: 'gardn' was not learned (the nearest is 'garden')"
    assert "warnings" not in second


@pytest.mark.promise("E12")
@pytest.mark.parametrize(
    ("headers", "body", "status", "code", "said"),
    [
        (JSON, b"{}", 400, "bad_request", "either one 'row' in a request, or 'rows'"),
        (JSON, b'{"row": {}, "rows": []}', 400, "bad_request", "either one 'row'"),
        (JSON, b'{"rows": []}', 400, "bad_request", "a list of rows"),
        (JSON, b'{"rows": {"a": 1}}', 400, "bad_request", "a list of rows"),
        (JSON, b'{"file": "/etc/passwd"}', 400, "unknown_name", "unknown field 'file'"),
        (JSON, b'{"row": 3}', 422, "data", "by the names of its columns"),
        (JSON, b'{"row": {"Wing": 3}}', 422, "data", "'wing'"),
        (JSON, b'{"row": {"wing": 1, "wing": 2}}', 400, "bad_request", "stands twice"),
        (JSON, b'{"row": {"wing": NaN}}', 400, "bad_request", "refused JSON"),
        (CSV, b"", 422, "data", "the body is empty"),
        (CSV, b"wing,place\n1,2,3\n", 422, "data", "line 2"),
        (CSV, b"wing\n1\n", 422, "data", "no column"),
        (FORM, form(b"x"), 415, "media_type", "are not read"),
        ({"content-type": "image/png"}, b"x", 415, "media_type", "are not read"),
    ],
)
def test_what_is_no_row_is_named(app: App, headers: dict[str, str], body: bytes, status: int, code: str, said: str) -> None:
    got = ask_now(app, "POST", "/predict", headers, body)
    assert (got.status, got.json["code"]) == (status, code)
    assert said in got.json["detail"]


def test_a_wrong_value_is_named_by_row_and_column(app: App) -> None:
    got = sent(app, {"rows": [ROWS[0], ROWS[0] | {"wing": "long"}]})
    assert got.status == 422
    assert got.json["detail"] == "input 2 of 2: the column 'wing' holds 'long', and a number was learned there"


def test_rows_are_lighter_than_files_and_yet_bounded() -> None:
    app = build_app(PREDICTOR, limits=Limits(waiting=2))
    assert ask_now(app, "GET", "/schema").json["limits"]["inputs"] == 16
    assert len(sent(app, {"rows": ROWS[:16]}).json["answers"]) == 16
    for got in (sent(app, {"rows": ROWS[:17]}), ask_now(app, "POST", "/predict", CSV, csv_of(ROWS[:17]))):
        assert (got.status, got.json["detail"]) == (413, "17 rows in one request; at most 16 are taken")


def test_the_schema_knows_ranges_and_choices(app: App) -> None:
    columns = {each["name"]: each for each in ask_now(app, "GET", "/schema").json["input"]["columns"]}
    frame = pl.DataFrame(ROWS)
    wing = columns["wing"]
    assert (wing["kind"], wing["gaps"], wing["whole"]) == ("number", True, False)
    assert (wing["least"], wing["most"]) == (frame["wing"].min(), frame["wing"].max())
    assert columns["place"] == {
        "name": "place",
        "gaps": False,
        "kind": "category",
        "choices": ["field", "garden", "wood"],
        "more": 0,
    }
    assert columns["seen"] == {
        "name": "seen",
        "gaps": False,
        "kind": "date",
        "time": False,
        "least": ROWS[0]["seen"][:10],
        "most": str(frame["seen"].max())[:10],
    }


def test_programs_are_told_of_the_models_own_columns(app: App) -> None:
    content = ask_now(app, "GET", "/openapi.json").json["paths"]["/predict"]["post"]["requestBody"]["content"]
    assert set(content) == {"application/json", "text/csv"}
    row = content["application/json"]["schema"]["oneOf"][0]["properties"]["row"]
    assert row["required"] == list(PREDICTOR.codec.input.sources)
    assert row["properties"]["place"]["examples"] == ["field", "garden", "wood"]
    assert row["properties"]["wing"]["description"].endswith("in training, usually 17.91")


def test_there_is_no_picture_of_a_row(app: App) -> None:
    got = ask_now(app, "POST", "/seen", JSON, json.dumps({"row": ROWS[0]}).encode())
    assert (got.status, got.json["code"]) == (404, "not_found")


_any_value = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([10**400, "2024-13-01", "9999-12-31", "1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.promise("E5")
@settings(max_examples=count(150, 5000), deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(ROWS[0], _any_value)), st.dictionaries(st.text(), _any_value, max_size=3))
def test_any_row_is_answered_or_refused_in_our_words(app: App, row: dict[str, Any], more: dict[str, Any]) -> None:
    got = sent(app, {"row": more | row})
    assert got.status in (200, 400, 422)
    assert "answers" in got.json or got.json["detail"]


@pytest.mark.promise("E5")
@settings(max_examples=count(100, 3000), deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet='wingplace,;\n"0123456789.\t ', max_size=200).map(str.encode))
def test_any_bytes_as_a_table_are_answered_or_refused(app: App, body: bytes) -> None:
    head = csv_of(ROWS[:1])
    for each in (body, head + body, body + head):
        assert ask_now(app, "POST", "/predict", CSV, each).status in (200, 400, 413, 415, 422)
