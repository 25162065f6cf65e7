"""S10: sounds to 64-band log-mel spectrograms, clips of 1 s at 8 kHz a second on two cores.

The limit is `torch.stft` in batches, followed by the power, the bands and the logarithm, as anyone would write it: on two
threads of torch's own, or on two threads that each have one, whichever is faster. fledge's side begins with the 16-bit
samples that its cache holds and ends with what the network takes; "augmented" is the same with all usual random changes.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from _measure import Options, Report, by_turns, ours, run
from _sides import Measured, Settings, usual_seconds

RATE, BATCH = 8000, 64


def main(options: Options) -> None:
    settings: Settings = {"batches": 4 if options.quick else 24, "times": 3 if options.quick else 9}
    sides = {
        "plain": lambda _: ours(__file__, "plain", settings),
        "fledge": lambda _: ours(__file__, "fledge", settings),
    }
    measured = by_turns(dict.fromkeys(sides, options.times(5)), sides)
    report = Report("spectrograms", "S10  sounds to 64-band log-mel spectrograms: clips of 1 s at 8 kHz a second", options)
    for which in ("torch.stft alone, one core", "one core", "two torch threads", "two threads"):
        report.row(f"plain, {which}", [each[which] for each in measured["plain"]], "/s")
    best = [max(each["two torch threads"], each["two threads"]) for each in measured["plain"]]
    limit = report.row("the limit: plain, the faster way on two cores", best, "/s")
    report.row("fledge, one core", [each["one core"] for each in measured["fledge"]], "/s")
    two = report.row("fledge, two threads", [each["two threads"] for each in measured["fledge"]], "/s")
    changed = report.row("fledge, two threads, augmented", [each["augmented"] for each in measured["fledge"]], "/s")
    report.ratio("fledge / the limit", two / limit, ">= 0.9")
    report.ratio("fledge, augmented / the limit", changed / limit)
    report.finish(measured)


def plain(settings: Settings) -> Measured:
    import torch

    length, step, width = 256, 128, 256
    window, bands = torch.hann_window(width), torch.rand(64, length // 2 + 1)

    def spectra(samples: torch.Tensor) -> torch.Tensor:
        return torch.stft(samples.float() / 32768, length, step, width, window, pad_mode="constant", return_complex=True)

    def work(samples: torch.Tensor) -> torch.Tensor:
        return (bands @ spectra(samples).abs().square()).clamp_min(1e-8).log10()

    batches = _batches(settings["batches"])
    found: Measured = {"two torch threads": _rate(lambda: [work(each) for each in batches], settings)}
    torch.set_num_threads(1)
    found["torch.stft alone, one core"] = _rate(lambda: [spectra(each) for each in batches], settings)
    found["one core"] = _rate(lambda: [work(each) for each in batches], settings)
    with ThreadPoolExecutor(2) as threads:
        found["two threads"] = _rate(lambda: list(threads.map(work, batches)), settings)
    return found


def fledge(settings: Settings) -> Measured:
    import numpy as np
    import torch

    from fledge.core.seeds import Draws
    from fledge.data.parallel import ordered
    from fledge.transforms.sound import Sound
    from fledge.transforms.sound_change import sound_transforms
    from fledge.transforms.spectrogram import Spectrogram

    sound, batches = Sound(Spectrogram(RATE), mean=-40.0, std=15.0), _batches(settings["batches"])
    draws, changes = Draws(seed=0, epoch=0, items=np.arange(BATCH)), sound_transforms()

    def augment(samples: torch.Tensor) -> torch.Tensor:
        return sound.augment(samples, sound.plan(changes, draws, samples))

    found: Measured = {
        "two threads": _rate(lambda: list(ordered(sound.prepare, batches, 2)), settings),
        "augmented": _rate(lambda: list(ordered(augment, batches, 2)), settings),
    }
    torch.set_num_threads(1)
    found["one core"] = _rate(lambda: [sound.prepare(each) for each in batches], settings)
    return found


def _batches(count: int) -> list[Any]:
    """Noise as 16-bit samples."""
    import torch

    source = torch.Generator().manual_seed(0)
    return [(torch.randn(BATCH, RATE, generator=source) * 3000).to(torch.int16) for _ in range(count)]


def _rate(work: Callable[[], Any], settings: Settings) -> float:
    rate: float = BATCH * settings["batches"] / usual_seconds(work, settings["times"])
    return rate


if __name__ == "__main__":
    run(main, plain=plain, fledge=fledge)
