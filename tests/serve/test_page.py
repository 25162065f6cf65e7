"""The page, in a real browser."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from fledge.predictor.card import Card
from fledge.predictor.predictor import Predictor
from fledge.serve.app import App, build_app
from fledge.serve.gate import Gate
from fledge.serve.row_columns import described
from fledge.transforms.category import Category
from fledge.transforms.transform import Codec
from tests.counts import count
from tests.predictor.small import pictures, small_predictor
from tests.serve.browser import browser
from tests.serve.calls import ask_now, serving
from tests.serve.predictors import (
    PICTURE,
    SOUND,
    TARGETS,
    mask_predictor,
    predictor_of,
    recommender,
    row_predictor,
    rows,
    sounds,
    track_predictor,
)
from tests.serve.test_kinds import grey_predictor

pytestmark = pytest.mark.slow
TOKEN = "correct horse battery"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as running:
        yield running


def wait(what: Callable[[], Any], seconds: float = 60) -> Any:
    """What becomes true soon, or on a busy machine later."""
    deadline = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found
    return found


def title_is(page: Any, name: str) -> None:
    """Waits until the page, or the docs, of the model with this name stands there."""
    wait(lambda: text(page, "h1").startswith(name))


def text(page: Any, css: str) -> str:
    return str(page.execute_script("return document.querySelector(arguments[0])?.textContent ?? ''", css))


def open_page(page: Any, port: int, path: str = "") -> None:
    page.get(f"http://127.0.0.1:{port}/{path}")


def choose(page: Any, *files: Path) -> None:
    page.execute_script("document.getElementById('files').hidden = false")
    page.find_element("id", "files").send_keys("\n".join(map(str, files)))


def picture(folder: Path, name: str = "robin.png") -> Path:
    Image.fromarray(pictures(1)[0]).save(folder / name)
    return folder / name


def test_a_chosen_picture_gets_the_answer_of_a_call(chromium: Any, tmp_path: Path) -> None:
    predictor, file = small_predictor(), picture(tmp_path)
    with serving(build_app(predictor)) as port:
        open_page(chromium, port)
        title_is(chromium, "small")
        choose(chromium, file)
        assert wait(lambda: text(chromium, "article h3")) == str(predictor(file))
        assert wait(lambda: text(chromium, "#said")) == f"robin.png: {predictor(file)}"


@pytest.mark.parametrize("kind", TARGETS)
def test_every_kind_of_answer_is_shown(chromium: Any, kind: str) -> None:
    with serving(build_app(predictor_of(kind))) as port:
        open_page(chromium, port)
        wait(lambda: chromium.find_elements("css selector", ".example"))[0].click()
        assert wait(lambda: text(chromium, "article h3"))
        assert not text(chromium, "article .error")
        shown = chromium.find_elements("css selector", {"points": ".point", "label": ".bar", "labels": ".mark"}.get(kind, "h3"))
        assert len(shown) >= 2


def test_a_file_that_is_no_picture_gets_a_word_and_no_answer(chromium: Any, tmp_path: Path) -> None:
    (tmp_path / "page.png").write_text("<html>")
    with serving(build_app(small_predictor())) as port:
        open_page(chromium, port)
        title_is(chromium, "small")
        choose(chromium, tmp_path / "page.png")
        assert "can't be read" in wait(lambda: text(chromium, "article .error"))


def test_one_can_draw_with_the_keys_alone(chromium: Any) -> None:
    with serving(build_app(grey_predictor(0, 28))) as port:
        open_page(chromium, port)
        canvas = wait(lambda: [each for each in chromium.find_elements("id", "canvas") if each.is_displayed()])[0]
        canvas.send_keys(" ", *["\ue015"] * 5)  # pen down, five times the arrow down
        first = wait(lambda: text(chromium, "article h3"))
        assert first
        drawn = "const c = document.getElementById('canvas'); return [...c.getContext('2d').getImageData(140, 180, 1, 1).data]"
        assert chromium.execute_script(drawn) == [255, 255, 255, 255]


def test_the_camera_is_answered_live(chromium: Any) -> None:
    with serving(build_app(small_predictor())) as port:
        open_page(chromium, port)
        wait(lambda: [each for each in chromium.find_elements("id", "camera") if each.is_displayed()])[0].click()
        assert wait(lambda: text(chromium, "article h3"))
        chromium.find_element("id", "stop").click()
        assert chromium.execute_script("return document.activeElement.id") == "camera"
        assert len(chromium.find_elements("tag name", "article")) == 1


def test_a_sound_shows_its_spectrogram(chromium: Any) -> None:
    with serving(build_app(predictor_of("label", SOUND, sounds(2)))) as port:
        open_page(chromium, port)
        wait(lambda: chromium.find_elements("css selector", ".example"))[0].click()
        width = "return document.querySelector('article img')?.naturalWidth"
        assert wait(lambda: chromium.execute_script(width)) == SOUND.size[1]


def filled(page: Any, name: str, value: str) -> None:
    """Puts a value where the page asks for a column."""
    label = next(each for each in page.find_elements("css selector", "#row label") if each.text == name)
    control = page.find_element("id", label.get_attribute("for"))
    page.execute_script(
        "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", control, value
    )


def test_a_form_is_answered_at_once_and_says_what_was_never_met(chromium: Any) -> None:
    predictor = row_predictor()
    with serving(build_app(predictor)) as port:
        open_page(chromium, port)
        assert wait(lambda: text(chromium, "article h3")) == str(predictor(rows(1)[0]))
        assert not text(chromium, "article .warnings")
        filled(chromium, "wing", "1000")
        changed = predictor(rows(1)[0] | {"wing": 1000})
        assert wait(lambda: text(chromium, "article .warnings")) == changed.warnings[0]
        assert text(chromium, "article h3") == str(changed)
        filled(chromium, "wing", "")
        wait(lambda: text(chromium, "article h3") == str(predictor(rows(1)[0] | {"wing": None})))
        assert len(chromium.find_elements("tag name", "article")) == 1


def test_a_form_has_the_ranges_and_choices_of_training(chromium: Any) -> None:
    predictor = row_predictor("numbers")
    with serving(build_app(predictor)) as port:
        open_page(chromium, port)
        wait(lambda: text(chromium, "article h3"))
        seen, wing = (each for each in described(predictor.codec.input) if each["name"] in ("wing", "seen"))
        slider = chromium.find_element("css selector", "[aria-label='wing, as a slider']")
        assert (float(slider.get_attribute("min")), float(slider.get_attribute("max"))) == (wing["least"], wing["most"])
        assert f"{seen['least']} to {seen['most']}" in text(chromium, "#row")
        names = [
            each.text for each in chromium.find_elements("css selector", "#row select")[0].find_elements("tag name", "option")
        ]
        assert names == ["(not known)", "field", "garden", "wood"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl to try it with")
def test_what_is_copied_holds_the_row_in_the_form(chromium: Any) -> None:
    predictor = row_predictor()
    with serving(build_app(predictor)) as port:
        open_page(chromium, port)
        wait(lambda: text(chromium, "article h3"))
        filled(chromium, "who's <b>there</b>", "Cy")
        curl = wait(lambda: ("Cy" in (said := text(chromium, "#snippets code"))) and said)
        done = subprocess.run(["sh", "-c", curl], capture_output=True, check=True, timeout=30)
    row = rows(1)[0] | {"who's <b>there</b>": "Cy"}
    assert json.loads(done.stdout)["answers"] == [predictor(row).as_dict()]


def test_a_mask_lies_over_its_picture_as_strongly_as_one_likes(chromium: Any, tmp_path: Path) -> None:
    with serving(build_app(mask_predictor())) as port:
        open_page(chromium, port)
        title_is(chromium, "model")
        Image.fromarray(np.linspace(0, 255, 48 * 40 * 3).reshape(40, 48, 3).astype(np.uint8)).save(tmp_path / "ramp.png")
        choose(chromium, tmp_path / "ramp.png")
        assert wait(lambda: chromium.execute_script("return document.querySelector('.mask')?.naturalWidth")) == 48
        slider = chromium.find_element("css selector", ".strength input")
        slider.send_keys("\ue011")  # Home
        assert chromium.execute_script("return document.querySelector('.mask').style.opacity") == "0"
        assert [each.text for each in chromium.find_elements("css selector", ".bars .of")] == ["dark", "light", "__proto__"]
        assert len(chromium.find_elements("css selector", ".swatch")) == 3


@pytest.mark.parametrize("kind", ["label", "owner"])
def test_who_moves_the_mouse_is_recognised_at_once(chromium: Any, kind: str) -> None:
    with serving(build_app(track_predictor(kind))) as port:
        open_page(chromium, port)
        ground = wait(lambda: [each for each in chromium.find_elements("id", "ground") if each.is_displayed()])[0]
        chromium.execute_script(
            "for (let n = 0; n < 60; n++) arguments[0].dispatchEvent(new PointerEvent('pointermove',"
            " {clientX: 50 + 3 * n, clientY: 300 + 40 * Math.sin(n / 5), buttons: n > 40 ? 1 : 0}))",
            ground,
        )
        assert wait(lambda: text(chromium, "article h3"))
        assert not text(chromium, "article .error")
        assert text(chromium, "#moved") == "60 events"
        assert wait(lambda: chromium.execute_script("return document.querySelector('article img')?.naturalWidth"))


@pytest.mark.parametrize("kind", ["pair", "person"])
def test_titles_are_found_as_one_types_and_what_is_liked_is_answered(chromium: Any, kind: str) -> None:
    predictor = recommender(kind)
    with serving(build_app(predictor)) as port:
        open_page(chromium, port)
        title_is(chromium, "films")
        wait(lambda: chromium.find_elements("css selector", "#popular button"))
        typed = chromium.find_element("id", "title")
        typed.send_keys("story 12")
        liked = wait(lambda: chromium.execute_script("return document.querySelector('#title-list option')?.value"))
        assert liked.endswith("Story 12")
        typed.send_keys("\ue007")  # Enter
        said = predictor.recommend(liked=[liked])
        wait(lambda: text(chromium, "article h3") == said[0].title)
        assert f"because you liked {liked}" in text(chromium, ".suggestions")
        assert "liked" in text(chromium, "#snippets code")
        typed.send_keys("love\ue007")
        wait(lambda: len(chromium.find_elements("css selector", "#liked button")) == 2)
        for _ in range(2):
            chromium.find_element("css selector", "#liked button").click()
        assert not chromium.find_elements("css selector", "#liked button")
        chromium.find_element("id", "person").send_keys("3")
        wait(lambda: text(chromium, "article h3") == predictor.recommend("3")[0].title)


@pytest.mark.promise("E10")
def test_the_token_in_the_address_opens_the_page_and_leaves_the_address(chromium: Any) -> None:
    with serving(build_app(small_predictor(), gate=Gate(token=TOKEN))) as port:
        open_page(chromium, port)
        wait(lambda: "asks for its token" in text(chromium, "#trouble"))
        assert "small" not in chromium.page_source
        chromium.find_element("id", "token").send_keys(TOKEN + "\n")
        title_is(chromium, "small")
        chromium.execute_script("sessionStorage.clear()")
        open_page(chromium, port, f"docs#token={TOKEN.replace(' ', '+')}")
        title_is(chromium, "small")
        assert TOKEN.split()[0] not in chromium.current_url


async def other_site(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"<p>Birds, free of charge"})


WAYS = {
    "a read fetch": "fetch(url + 'predict', post).then(read)",
    "a blind fetch": "fetch(url + 'predict', {...post, mode: 'no-cors'}).then(r => r.type != 'opaque' && read())",
    "a fetch as JSON": "fetch(url + 'predict', {...post, headers: {'content-type': 'application/json'}}).then(read)",
    "a fetch with credentials": "fetch(url + 'schema', {credentials: 'include'}).then(read)",
    "a request of old": "new Promise((yes, no) => Object.assign(old, {onload: yes, onerror: no}).send('x')).then(read)",
    "a beacon": "new Promise(yes => navigator.sendBeacon(url + 'predict', 'x') && setTimeout(yes, 100))",
    "a picture": "made('img', {src: url + 'examples/0'}).then(read)",
    "a script": "made('script', {src: url + 'static/page.js'}).then(read)",
    "a style": "made('link', {rel: 'stylesheet', href: url + 'static/page.css'}).then(read)",
    "a frame": "made('iframe', {src: url}).then(frame => frame.contentDocument && read())",
    "an object": "made('object', {data: url + 'docs'}).then(frame => frame.contentDocument && read())",
    "a form": "made('iframe', {srcdoc: form}).then(() => new Promise(yes => setTimeout(yes, 100)))",
    "a socket": "new Promise((yes, no) => Object.assign(new WebSocket(url.replace('http', 'ws') + 'predict'), "
    "{onopen: yes, onerror: no})).then(read)",
    "a stream of events": "new Promise((yes, no) => Object.assign(new EventSource(url + 'health'), "
    "{onopen: yes, onerror: no})).then(read)",
    "a module": "import(url + 'static/page.js').then(read)",
    "a page of no origin": "made('iframe', {sandbox: 'allow-scripts', srcdoc: nowhere}).then(() => heard).then(read)",
}
ATTACK = """
const [url, done] = arguments, post = {method: 'POST', body: 'x'}, old = new XMLHttpRequest();
const form = `<form method=post enctype=multipart/form-data action=${url}predict><input name=file value=x></form>
    <script>document.forms[0].submit()</script>`;
const nowhere = `<script>fetch('${url}schema').then(() => parent.postMessage('read', '*'),
    () => parent.postMessage('', '*'))</script>`;
const heard = new Promise((yes, no) => addEventListener('message', said => said.data ? yes() : no()));
heard.catch(() => 0);
old.open('POST', url + 'predict');
const made = (tag, properties) => new Promise((yes, no) => {
    const element = Object.assign(document.createElement(tag), properties);
    Object.assign(element, {onload: () => yes(element), onerror: no});
    document.body.append(element);
});
const read = () => done('read');
"""


@pytest.mark.promise("E6")
def test_a_page_of_another_site_gets_no_answer(chromium: Any) -> None:
    app, other_app = build_app(small_predictor()), cast(App, other_site)
    with serving(app) as port, serving(other_app) as other:
        for host, way in product(("127.0.0.1", "localhost", "evil.example"), WAYS):
            chromium.get(f"http://evil.example:{other}/")
            attack = f"{ATTACK} setTimeout(() => done('nothing'), 5000); ({WAYS[way]}).then(() => done('no'), () => done('no'))"
            assert chromium.execute_async_script(attack, f"http://{host}:{port}/") == "no", (host, way)
        chromium.get(f"http://evil.example:{port}/")
        assert "foreign" in chromium.page_source
        counts = ask_now(app, "GET", "/metrics").body.decode()
    for path in ("/predict", "/schema", "/examples/0", "/static/page.js", "/"):
        assert f'path="{path}",status="403"}}' in counts, "the browser let no request through, so this shows nothing"
    assert 'status="200"' not in counts


def named(name: str) -> Predictor:
    """A predictor with this name, and a class of this name."""
    codec: Codec[Any, Any] = Codec(PICTURE, Category((name, "other")))
    made = small_predictor()
    hostile = predictor_of("label")
    net = type(hostile.model)(2)
    return Predictor(made.task, codec, net, hostile.architecture, Card.now(name=name, licence=name)).with_examples(pictures(1))


HOSTILE = [
    "<img src=x onerror=document.title='broken'>",
    "<script>document.title='broken'</script>",
    "</script><svg onload=document.title='broken'>",
    "javascript:document.title='broken'",
    "{{constructor.constructor('document.title=1')()}}",
    "\"><iframe srcdoc='<script>parent.document.title=1</script>'>",
    "__proto__",
    "\u202etfel",
]


@pytest.mark.promise("E11")
def test_names_do_nothing_and_nothing_outside_is_asked_for(chromium: Any, tmp_path: Path) -> None:
    file = picture(tmp_path, "<img src=x onerror=document.title='broken'>.png")
    for kind in ("performance", "browser"):
        chromium.get_log(kind)  # what earlier tests did
    hostile = [f"{name}{extra}" for extra in range(count(1, 13)) for name in HOSTILE]
    for name in hostile:
        with serving(build_app(named(name))) as port:
            open_page(chromium, port)
            title_is(chromium, name)
            choose(chromium, file)
            wait(lambda: text(chromium, "article h3"))
            assert name in text(chromium, "article .bars")
            open_page(chromium, port, "docs")
            title_is(chromium, name)
            assert chromium.find_elements("css selector", "img[src='x'], iframe, script:not([src])") == []
            assert chromium.title != "broken"
    asked = {
        json.loads(each["message"])["message"]["params"].get("request", {}).get("url", "")
        for each in chromium.get_log("performance")
    }
    assert all(url.startswith(("http://127.0.0.1:", "blob:http://127.0.0.1:")) for url in asked if url)
    assert not [each for each in chromium.get_log("browser") if "Content Security Policy" in each["message"]]


def test_it_fits_a_phone(chromium: Any) -> None:
    size = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    with serving(build_app(replace(small_predictor(), card=Card.now(name="a" * 80)))) as port:
        chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        try:
            open_page(chromium, port)
            wait(lambda: chromium.find_elements("css selector", ".example"))[0].click()
            wait(lambda: text(chromium, "article h3"))
            assert chromium.execute_script("return document.documentElement.scrollWidth") <= 360
        finally:
            chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl to try it with")
def test_what_is_copied_works(chromium: Any, tmp_path: Path) -> None:
    with serving(build_app(small_predictor())) as port:
        open_page(chromium, port)
        curl = wait(lambda: text(chromium, "#snippets code"))
        assert curl == f"curl -F file=@photo.jpg http://127.0.0.1:{port}/predict"
        Image.fromarray(np.zeros((40, 48, 3), np.uint8)).save(tmp_path / "photo.jpg")
        done = subprocess.run(curl.split(), cwd=tmp_path, capture_output=True, check=True, timeout=30)
    assert json.loads(done.stdout)["answers"][0]["answer"] in small_predictor().classes
