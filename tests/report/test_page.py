"""The report as one page."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fledge.data.label_checks import Finding
from fledge.data.samples import BadItem, Samples
from fledge.data.sources import get_image_files
from fledge.insight.interpretation import Interpretation
from fledge.predictor.card import Card
from fledge.report.facts import DataFacts, Repeat, ReportFacts, Use
from fledge.report.page import page, write_report
from tests.report import small

HOSTILE = "<img src=x onerror=alert(1)>\"'&\u202egpj.\n\udcff\0 שלום"
KINDS: list[Callable[[], Interpretation]] = [small.classes, small.tags, small.numbers, small.points]


class Reader(HTMLParser):
    """The tags, attributes and words of a page, and whether every tag is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in ("br", "img", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def hostile_facts() -> ReportFacts:
    """Facts in which every name is one that no one should have."""
    label = HOSTILE.replace("\0", "")  # which no label can hold
    names = (label, f"{label} 2")
    facts = small.some_facts(
        card=Card(name=HOSTILE, versions={HOSTILE: HOSTILE}, licence=HOSTILE),
        task=HOSTILE,
        metric=HOSTILE,
        noun=HOSTILE,
        recommended=HOSTILE,
        data=DataFacts(HOSTILE, {HOSTILE: 3}, {"train": dict.fromkeys(names, 2)}, [BadItem(HOSTILE, None, HOSTILE)],
                       [Finding("twins", "warning", HOSTILE)], split=HOSTILE),
        use=Use(HOSTILE, HOSTILE, repr(HOSTILE), HOSTILE, HOSTILE),
        repeat=Repeat(HOSTILE, HOSTILE, HOSTILE, {HOSTILE: HOSTILE}),
        history=[{"train_loss": 1.0, "valid_loss": 1.0, HOSTILE: 1.0}] * 2,
        result=small.classes(names, Samples.of([f"{HOSTILE}{place}" for place in range(small.COUNT)])),
    )  # fmt: skip
    return replace(facts, contenders=[replace(facts.contenders[1], name=HOSTILE), facts.contenders[0]])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_target_has_a_page_whose_tags_all_close(kind: Callable[[], Interpretation]) -> None:
    words = Reader(page(small.some_facts(result=kind()))).words
    for part in ("What was tried", "How the training went", "The data", "How to use it", "How to repeat it"):
        assert part in words
    assert "nan" not in words
    assert "None" not in words


def test_names_made_to_harm_are_shown_and_do_nothing() -> None:
    read = Reader(page(hostile_facts()))
    assert not {"script", "iframe", "object"} & set(read.tags)
    assert not [name for name, _ in read.attributes if name.startswith("on")]
    assert not [
        value for name, value in read.attributes if name in ("src", "href") and not value.startswith(("#", "data:image/jpeg"))
    ]
    assert "<img src=x onerror=alert(1)>" in read.words
    assert "\\u202e" in read.words
    assert not {"\u202e", "\udcff", "\0"} & set(page(hostile_facts()))


def test_the_page_asks_for_nothing_and_allows_nothing() -> None:
    text = page(small.some_facts())
    read = Reader(text)
    assert not re.search(r"https?:|//|url\(|@import", re.sub(r"data:image/jpeg;base64,[\w+/=]+", "", text))
    assert not {"script", "link", "iframe", "form"} & set(read.tags)
    assert not [name for name, _ in read.attributes if name == "style"]
    (sheet,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = b64encode(sha256(sheet.encode()).digest()).decode()
    (policy,) = [value for _, value in read.attributes if "default-src" in value]
    only = "img-src data:; media-src data:"
    assert policy == f"default-src 'none'; {only}; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_every_drawing_says_what_it_is_and_stands_beside_its_numbers() -> None:
    text = page(small.some_facts())
    drawings = re.findall(r"<svg .*?</svg>", text)
    spoken = [each for each in drawings if 'role="img"' in each]
    assert len(spoken) >= 5
    assert all("<title>" in each and "<desc>" in each for each in spoken)
    assert all('aria-hidden="true"' in each for each in drawings if each not in spoken)
    figures = re.findall(r"<figure>.*?</figure>", text)
    assert figures
    assert all("<details>" in each and "<table>" in each for each in figures)


def test_mistakes_are_shown_as_small_pictures(photos: Path) -> None:
    files = get_image_files(photos)
    text = page(small.some_facts(result=small.classes(samples=Samples.of(files))))
    assert text.count('<img src="data:image/jpeg;base64,') == 4
    assert f"{Path(files[0]).name}: predicted forest, actual bird" in text


def test_pictures_that_are_gone_are_said_in_words(photos: Path) -> None:
    gone = [Path(f"gone{place}.jpg") for place in range(small.COUNT)]
    text = page(small.some_facts(result=small.classes(samples=Samples.of([*get_image_files(photos)[:10], *gone[10:]]))))
    assert text.count("no picture") == 3
    assert "gone10.jpg" in text
    assert "no picture" not in page(small.some_facts(result=small.classes(samples=Samples.of(gone))))


def test_rows_are_shown_by_their_values() -> None:
    rows = [{"age": place, "job": "baker"} for place in range(small.COUNT)]
    assert "age 10, job baker" in page(small.some_facts(result=small.classes(samples=Samples.of(rows))))


@pytest.mark.slow
def test_a_page_of_very_much_stays_below_two_megabytes() -> None:
    many = tuple(f"{place:04} {'a long name ' * 20}" for place in range(2000))
    bad = [BadItem(f"{'deep/' * 200}{i}.jpg", None, "broken " * 500) for i in range(3000)]
    history = [{"epoch": i, "train_loss": 1 / (i + 1), "valid_loss": 1 / (i + 1), "accuracy": 0.5} for i in range(5000)]
    data = DataFacts("much", {"train": 10**6}, {"train": dict.fromkeys(many, 500)}, bad)
    facts = small.some_facts(data=data, history=history, result=small.classes(many, count=6000))
    assert len(page(facts).encode()) < 2_000_000


def test_a_run_of_which_little_is_known_has_a_page() -> None:
    facts = small.some_facts(history=(), plan=(), result=None, data=DataFacts("x", {}))
    words = Reader(page(facts)).words
    assert "How the training went" not in words
    assert "Items were not compared" in words


def test_the_file_is_written_whole(tmp_path: Path) -> None:
    write_report(small.some_facts(), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>\n<html lang=")
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]
