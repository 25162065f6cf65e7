"""Which settings carry over to voices never heard: chosen without the speakers that `spoken_digits.py` tests on.

For each pair of speakers that is tested on there, only the other four are used here: each of them is held back in turn, the
network learns from three. A setting's figure is the mean over these four, and the settings are compared for each pair on its
own, so that none is chosen by the voices it is tested on. `--rounds 3` does so for all three pairs, else for the first.
"""

from __future__ import annotations

from typing import Any

from _measure import Options, Report, data, ours, run
from _sides import Settings
from spoken_digits import EPOCHS, PAIRS, USUAL

SPEAKERS = tuple(sorted(name for pair in PAIRS for name in pair))

BANDS = {"block": {"mels": 64, "span": 60.0}}
VOICES = {"warp": 0.15, "tone": 6.0}

TRIED: dict[str, dict[str, Any]] = {
    "as it is": {},
    "64 bands": BANDS,
    "loudness as it is": {"block": {"mels": 40}},
    "warp": {"changes": {"warp": 0.15}},
    "tone": {"changes": {"tone": 6.0}},
    "warp and tone": {"changes": VOICES},
    "warp and tone, 64 bands": {"changes": VOICES} | BANDS,
    "warp and tone, larger masks": {"changes": VOICES | {"mask_time": 0.25, "mask_frequency": 0.25}},
}


def main(options: Options) -> None:
    settings = USUAL | {
        "sounds": str(data("spoken-digits") / "recordings"),
        "epochs": 1 if options.quick else EPOCHS,
        "seed": 0,
    }
    tried = dict(list(TRIED.items())[:: len(TRIED) - 1]) if options.quick else TRIED
    report = Report(
        "spoken_digits_tuning", "Spoken digits  accuracy on a voice held back, of four that are not tested on", options
    )
    measured = {
        f"{name}, without {' and '.join(pair)}": _held_back(settings | changed, pair, options)
        for pair in PAIRS[: options.times(1)]
        for name, changed in tried.items()
    }
    for what, rights in measured.items():
        report.row(what, rights, "", f"mean {sum(rights) / len(rights):.4f}")
    report.finish(measured)


def _held_back(settings: Settings, pair: tuple[str, ...], options: Options) -> list[float]:
    """The accuracy on each speaker outside the pair, learned from the other three."""
    others = [name for name in SPEAKERS if name not in pair]
    held = others[:1] if options.quick else others
    sides = [settings | {"speakers": [name], "without": list(pair)} for name in held]
    return [ours("spoken_digits.py", "taught", side)["right"] for side in sides]


if __name__ == "__main__":
    run(main)
