"""The panels that scenes of trajectories share, in the order in which they are given their places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from thalweg.colors import THEMES
from thalweg.film.shot import Shot
from thalweg.parts.motion import Motion
from thalweg.parts.panels.board import Board, Panel, corner_of
from thalweg.parts.panels.caption import Caption
from thalweg.parts.panels.counter import Counter
from thalweg.parts.panels.legend import Legend
from thalweg.parts.panels.loss_panel import LossPanel
from thalweg.parts.panels.notes import marks_key, notes
from thalweg.parts.panels.title import title
from thalweg.parts.standings import Standings
from thalweg.typeset.numbers import Format

Maker = Callable[[str], Panel]  # given its corner
PLACES = {"caption": "bottom", "title": "top_left", "counter": "top_right", "legend": "top_left",
          "loss_panel": "bottom_left"}  # fmt: skip


class Usual:
    """Sets on the `board` what the shot's style asks for, and below it the `remarks` and a key of the `marked` points.

    `more` are a scene's own panels: name in the style -> (usual corner, what makes it).
    """

    def __init__(
        self,
        board: Board,
        shot: Shot,
        motion: Motion,
        ground: str,
        remarks: Sequence[str] = (),
        marked: Sequence[Any] = (),
        more: Mapping[str, tuple[str, Maker]] | None = None,
    ) -> None:
        assert shot.experiment is not None and shot.surface is not None
        self.board, self.shot, self.motion, self.ground = board, shot, motion, ground
        self.steps, self.minima = shot.experiment.steps, shot.surface.minima
        self.theme, page = THEMES[shot.style.theme], board.page
        self.standings = Standings(motion.entries, motion.trajectories, motion.display)
        more = more or {}
        places = PLACES | {name: corner for name, (corner, _) in more.items()}
        if getattr(shot.options, "facts", False) and page.width > 1.25 * page.height:
            places["caption"] = places.pop("caption")  # a table is tall: between the panels, rather than below them
        for number, (name, usual) in enumerate(places.items(), 1):
            self.last = number == len(places)
            corner = corner_of(getattr(shot.style, name), usual)
            if corner is not None and (name != "title" or shot.title):
                board.set(more[name][1](corner) if name in more else getattr(self, f"_{name}")(corner))
        if "caption" in board and shot.style.caption is True:
            board["caption"].clear_of_panels(board)
        if marked:
            board.set(marks_key([point.kind for point in marked], board, self.theme, ground))
        noise = shot.experiment.noise
        noisy = [f"gradient noise: {noise.words}".replace("_", " ")] if noise is not None else []
        thinned = motion.thinned(shot.style.trail or shot.style.iterates)
        board.set(notes([*remarks, *noisy, *([thinned] if thinned else [])], board, self.theme, ground))

    def _caption(self, corner: str) -> Caption:
        colors, numbers = self.motion.colors, Format.of(self.standings.losses)
        made = Caption(self.board.page, self.shot, self.motion.trajectories, colors, numbers)
        made.place(self.board, corner, self.last)
        return made

    def _title(self, corner: str) -> Panel:
        assert self.shot.title is not None
        return title(self.shot.title, self.board, corner, self.theme, self.ground)

    def _counter(self, corner: str) -> Panel:
        return Counter(self.steps, self.board, corner, self.theme, self.ground)

    def _legend(self, corner: str) -> Panel:
        motion = self.motion
        return Legend(motion.entries, motion.colors, self.standings, self.board, corner, self.theme)

    def _loss_panel(self, corner: str) -> Panel:
        lowest = self.minima[0].value if self.minima else None
        return LossPanel(self.standings, lowest, self.motion.colors, self.board, corner, self.theme)

    def other_balls_roll(self) -> None:
        """Other trajectories are shown from now on: losses are theirs, the result is no longer told."""
        self.standings.take(self.motion.trajectories)
        if "caption" in self.board:
            self.board["caption"].outdated = True
