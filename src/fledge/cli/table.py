"""The commands of the terminal: a name, the function behind it, and what it does in one line."""

from __future__ import annotations

from fledge.core.names import Table

_COMMANDS = {
    "check": ("fledge.cli.check:check", "Look at data before training."),
    "train": ("fledge.cli.train:train", "Learn from data, and keep the model to use."),
    "predict": ("fledge.cli.predict:predict", "Call a trained model on files."),
    "serve": ("fledge.cli.serve:serve", "Put a model behind HTTP, with a web page."),
    "report": ("fledge.cli.report:report", "Say again what came of a training, and open its report."),
    "export": ("fledge.cli.export:export", "Carry a model to where there is no torch."),
    "inspect": ("fledge.cli.inspect:inspect", "Say what a model file holds."),
    "compare": ("fledge.cli.compare:compare", "Say how trainings differ, and whether that is more than chance."),
    "reproduce": ("fledge.cli.reproduce:reproduce", "Train again, and say whether the bits agree."),
    "doctor": ("fledge.cli.doctor:doctor", "Say what this machine has and what is missing."),
    "demo": ("fledge.cli.demo:demo", "From nothing to a trained model in under a minute, offline."),
}

COMMANDS = Table("command", {name: place for name, (place, _) in _COMMANDS.items()})

HELP = {name: words for name, (_, words) in _COMMANDS.items()}
"""What `fledge --help` says of each, without loading any of them."""
