"""A model as a folder that serves it somewhere else: the file, what it stands on, and how a container is made of it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, final

from fledge.core.errors import UsageError, shown
from fledge.jobs.app_requirements import requirements
from fledge.jobs.own_wheel import own_wheel
from fledge.models.architecture import Custom
from fledge.predictor.card_text import about, front_matter, plain
from fledge.predictor.loading import load
from fledge.predictor.onnx_predictor import OnnxPredictor
from fledge.predictor.predictor import Predictor

if TYPE_CHECKING:
    from fledge.predictor.loading import AnyPredictor

PORT = 7860
"""Where a Space is looked for, and as good as any other elsewhere."""

_SPACES = "https://huggingface.co"
_DOCKERFILE = """\
# {name}, as fledge serves it. No secret is part of the image: the token comes when it is run.
FROM python:{python}-slim
RUN useradd --create-home --uid 1000 fledge
WORKDIR /home/fledge/app
COPY requirements.txt {copied}./
RUN pip install --no-cache-dir -r requirements.txt && pip install --no-cache-dir --no-deps {fledge}
COPY --chown=1000:1000 {model} ./
USER 1000
ENV PYTHONUNBUFFERED=1
EXPOSE {port}
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD {health}
CMD {command}
"""
_PAGE = """\
# {name}

{about}
## Run it

```console
$ docker build -t {tag} .
$ docker run -p {port}:{port} {token}{tag}
```

Then open http://127.0.0.1:{port}/ or ask from a program: the page shows how. {who} Put a proxy with TLS before it where the
network is not yours.

A Hugging Face Space of the kind Docker takes this folder as it is. {secret}

Without Docker, with Python {python}:

```console
$ pip install -r requirements.txt
$ pip install --no-deps {fledge}
$ {served}
```
"""
_WITH_TOKEN = (
    "Callers need the token in `FLEDGE_TOKEN`, of 16 characters at least; without the variable one is made up and printed.",
    "Give it `FLEDGE_TOKEN` as a secret in its settings, or read the one that is made up in its log.",
    "-e FLEDGE_TOKEN ",
)
_PUBLIC = ("It is public: whoever reaches it may ask.", "Whoever finds it may ask.", "")


@final
@dataclass(frozen=True)
class App:
    """What an app is made of."""

    title: str
    card: Any
    names: tuple[str, ...]
    name: str
    model: str
    public: bool
    fledge: str
    """What pip is given to install fledge: a wheel that lies beside, or what somebody named."""
    copied: str

    @property
    def command(self) -> list[str]:
        """What serves it."""
        return [
            *("fledge", "serve", self.model, "--host", "0.0.0.0", "--port", str(PORT), "--allow-frame", _SPACES),
            *(["--public"] if self.public else []),
        ]

    def dockerfile(self) -> str:
        """How a container is made."""
        ask = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{PORT}/health', timeout=4)"
        return _DOCKERFILE.format(
            name=" ".join(self.name.split()),
            python=_python(),
            copied=f"{quote(self.copied)} " if self.copied else "",
            fledge=quote(self.fledge),
            model=self.model,
            port=PORT,
            health=json.dumps(["python", "-c", ask]),
            command=json.dumps(self.command),
        )

    def page(self) -> str:
        """README.md, whose head makes the folder a Space."""
        who, secret, token = _PUBLIC if self.public else _WITH_TOKEN
        facts = {
            "title": self.name,
            "emoji": "🐦",
            "colorFrom": "blue",
            "colorTo": "green",
            "sdk": "docker",
            "app_port": PORT,
            "license": self.card.licence.lower(),
        }
        page = _PAGE.format(
            name=plain(self.name),
            about=about(self.card, self.title, self.names),
            tag="model",
            port=PORT,
            who=who,
            secret=secret,
            token=token,
            python=_python(),
            fledge=quote(self.fledge),
            served=" ".join(map(quote, self.command)),
        )
        return f"{front_matter(facts)}\n{page}"


def export_app(
    model: str | Path | Predictor, out: str | Path, *, public: bool = False, fledge: str | None = None
) -> Mapping[str, int]:
    """Makes a new folder that serves a model (a model file, an ONNX file of ours, or a predictor) in a container.

    Callers need a token unless it is `public`. fledge goes along as a wheel, unless `fledge` says what pip is to install.
    Returns the size of each file in it.
    """
    folder = Path(out)
    if fledge is not None and (not fledge.strip() or not fledge.isprintable() or fledge.startswith("-")):
        raise UsageError(f"{shown(fledge)} is nothing that pip installs", hint='--fledge "fledge==0.1.0"')
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already, and not empty", hint="name a new folder")
    predictor = model if isinstance(model, Predictor) else load(model)
    if isinstance(predictor, Predictor) and isinstance(predictor.architecture, Custom):
        raise UsageError(
            f"its network, {predictor.architecture.class_name}, is code of your own, which `fledge serve` does not have",
            hint="build_app(predictor) puts it in an app of your own",
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(mkdtemp(prefix=".fledge-", dir=folder.parent))
    except OSError as error:
        raise UsageError(f"{folder} can't be made: {error.strerror}", hint="choose a folder that is yours") from error
    try:
        _fill(part, model, predictor, public=public, fledge=fledge)
        part.chmod(0o755)
        with suppress(FileNotFoundError):
            folder.rmdir()  # it is empty
        part.rename(folder)
    except BaseException:  # Ctrl-C too: nothing half-made stays
        shutil.rmtree(part, ignore_errors=True)
        raise
    return {each.name: each.stat().st_size for each in sorted(folder.iterdir())}


def _fill(folder: Path, model: Any, predictor: AnyPredictor, *, public: bool, fledge: str | None) -> None:
    without_torch = isinstance(predictor, OnnxPredictor)
    file = folder / ("model.onnx" if without_torch else "model.safetensors")
    if isinstance(model, Predictor):
        model.save(file)
    else:
        shutil.copyfile(model, file)
    wheel = own_wheel(folder).name if fledge is None else ""
    name = predictor.card.name or "model"
    app = App(
        predictor.title,
        predictor.card,
        predictor.classes,
        name,
        file.name,
        public,
        fledge or f"./{wheel}",
        wheel,
    )
    for each, text in (
        ("requirements.txt", requirements(without_torch=without_torch)),
        ("Dockerfile", app.dockerfile()),
        ("README.md", app.page()),
    ):
        (folder / each).write_text(text, encoding="utf-8")


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"
