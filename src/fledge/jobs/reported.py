"""What came of a finished training, said again from its folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import final

from fledge.core.errors import DataError
from fledge.jobs.board import heading, line
from fledge.jobs.compare import Finished
from fledge.jobs.run_folder import RunFolder
from fledge.scoring.figure import Figure


@final
@dataclass(frozen=True, eq=False)
class Reported:
    """The results that a run's folder keeps, and its report."""

    run: Finished

    @property
    def page(self) -> Path:
        """The report."""
        page = RunFolder(self.run.path).report
        if not page.is_file():
            raise DataError(
                f"{self.run.path} holds no {page.name}", hint=f"fledge train --from {self.run.path} makes both anew"
            )
        return page

    def lines(self) -> list[str]:
        """The leaderboard, the verdict, the last test, and where the report lies."""
        state = self.run.state
        board = self.run.board
        tests = [f"On the test part, used once: {name} {figure}" for name, figure in self._tests()]
        return [
            f"{'Task':8}{state['task'].replace('-', ' ')}",
            "",
            heading(board[0][1].count, state.get("noun", "items"), state["metric"]),
            *(line(*row) for row in board),
            "",
            state["verdict"],
            *tests,
            f"{'Report':8}{self.page}",
        ]

    def _tests(self) -> list[tuple[str, Figure]]:
        """What came of the last test."""
        return [(name, Figure(**found)) for name, found in self.run.state.get("tested", {}).items()]

    def to_json(self) -> str:
        """The same as one line of JSON."""
        names = ("task", "metric", "winner", "verdict", "leaderboard", "test", "tested", "seconds", "settings")
        found = {name: self.run.state.get(name) for name in names}
        return json.dumps({"run": str(self.run.path), "report": str(self.page), **found}, ensure_ascii=False, allow_nan=False)


def reported(folder: str | Path) -> Reported:
    """What came of a training that is finished."""
    return Reported(Finished.of(RunFolder.existing(Path(folder)).path))
