"""`fledge serve`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from fledge.cli.model import model_file
from fledge.cli.terminal import note, safe


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; 0.0.0.0 for other machines too.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 finds a free one.")
@click.option("--token", envvar="FLEDGE_TOKEN", help="What callers send.  [default: made up if other machines can call]")
@click.option("--public", is_flag=True, help="Ask nobody for a token, whoever can reach the server.")
@click.option(
    "--allow-host",
    "names",
    multiple=True,
    metavar="NAME",
    envvar=["FLEDGE_ALLOW_HOST", "SPACE_HOST"],
    help="A further name that this server goes by.  [default: FLEDGE_ALLOW_HOST, or SPACE_HOST as a Space has it]",
)
@click.option("--allow-frame", "frames", multiple=True, metavar="SITE", help="A site whose pages may show the page in a frame.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 256), help="Processes behind the one socket.")
@click.option("--device", default="cpu", show_default=True, help="Where the model runs: cpu, cuda, mps or auto.")
@click.option(
    "--batch",
    type=click.IntRange(1, 1024),
    help="How many of the inputs that wait are computed at once. From 2 on, answers can differ from those of a call in the "
    "last digits.  [default: 1 on a processor, 32 on a GPU]",
)
@click.option("--waiting", default=64, show_default=True, type=click.IntRange(1), help="Inputs that may wait for an answer.")
@click.option(
    "--max-wait", default=60.0, show_default=True, type=click.FloatRange(0, min_open=True), help="And how long, in s."
)
@click.option("--max-mb", default=20.0, show_default=True, type=click.FloatRange(0, min_open=True), help="Largest request.")
@click.option(
    "--max-pixels",
    default=50_000_000,
    show_default=True,
    envvar="FLEDGE_MAX_PIXELS",
    type=click.IntRange(1),
    help="Largest picture.",
)
@click.option(
    "--max-samples",
    default=60_000_000,
    show_default=True,
    envvar="FLEDGE_MAX_SAMPLES",
    type=click.IntRange(1),
    help="Longest sound.",
)
def serve(
    model: Path,
    host: str,
    port: int,
    token: str | None,
    public: bool,
    names: tuple[str, ...],
    frames: tuple[str, ...],
    workers: int,
    device: str,
    batch: int | None,
    waiting: int,
    max_wait: float,
    max_mb: float,
    max_pixels: int,
    max_samples: int,
) -> None:
    """Answer over HTTP with MODEL (a file or the folder of a run), and show a page to try it on.

    Ctrl-C and SIGTERM end it once what it took on is answered.

    \b
    Examples:
      fledge serve runs/birds
      fledge serve bird.safetensors --host 0.0.0.0 --workers 4
      curl -F file=@robin.jpg http://127.0.0.1:8000/predict
    """
    from fledge.serve.extra import need_extra
    from fledge.serve.limits import Limits
    from fledge.serve.settings import Settings, url

    need_extra()
    file = model_file(model)
    limits = Limits(body=round(max_mb * 1e6), waiting=waiting, answer_time=max_wait)
    settings = Settings(
        str(file), host, port, names, token or None, public, frames, workers, batch, device, limits
    ).with_token()
    # Pictures and sounds are read within these bounds wherever they are read, in this process and in its workers.
    os.environ |= {"FLEDGE_MAX_PIXELS": str(max_pixels), "FLEDGE_MAX_SAMPLES": str(max_samples)}
    with settings.listen() as listening:

        def ready() -> None:
            note(f"{safe(file.stem)} answers at {url(settings, listening)}  (Ctrl-C ends it)")

        if workers > 1:
            from fledge.serve.workers import supervise

            supervise(settings, listening, ready)
        else:
            from fledge.serve.server import serve as answer  # torch arrives only where there is work for it

            answer(settings, listening, ready=ready)
