"""The losses as curves that grow with the race."""

from __future__ import annotations

from thalweg.colors import Theme
from thalweg.mobjects.loss_panel import LossPanel
from thalweg.parts.panels.board import Board, Now, Quiet
from thalweg.parts.standings import Standings


class LossesPanel(Quiet):
    """A curve for each entry; `lowest` is the loss of the deepest minimum, None where there is none."""

    name = "loss_panel"

    def __init__(
        self,
        standings: Standings,
        lowest: float | None,
        colors: list[str],
        board: Board,
        corner: str,
        theme: Theme,
        size: tuple[float, float] | None = None,
    ) -> None:
        page = board.page
        usual = (0.45 * page.width - page.margin if page.stacked else 330 * page.unit, 190 * page.unit)
        size = usual if size is None else size
        self.panel = LossPanel(standings.losses, lowest, colors, size, page.text, theme)
        self.panel.note = " (projected: as recorded)" if standings.projected else ""
        self.panel.place(*board.reserve(corner, *size))
        self.mobjects = self.panel.submobjects

    def show(self, now: Now) -> None:
        """Curves up to the step shown."""
        self.panel.show(now.step)

    def hide(self, entries: frozenset[int]) -> None:
        """Leave their curves out."""
        self.panel.curves.leave_out(entries)
