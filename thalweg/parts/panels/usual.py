"""The panels that scenes of trajectories share, in the order in which they are given their places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from thalweg.calculus.landmarks import CriticalPoint
from thalweg.colors import THEMES
from thalweg.film.shot import Shot
from thalweg.parts.motion import Motion
from thalweg.parts.panels.board import Board, Panel, corner_of
from thalweg.parts.panels.caption import Caption
from thalweg.parts.panels.counter import Counter
from thalweg.parts.panels.legend import Legend
from thalweg.parts.panels.loss_panel import LossPanel
from thalweg.parts.panels.notes import marks_key, notes
from thalweg.parts.panels.ramp_key import RampKey
from thalweg.parts.panels.title import title
from thalweg.parts.standings import Standings
from thalweg.typeset.numbers import Format

Maker = Callable[[str], Panel | None]  # given its corner; None where there is no room for what is not asked for


class Usual:
    """Sets on the `board` what the shot's style asks for, and below it the `remarks` and a key of the `marked` points.

    `more` are a scene's own panels: name in the style -> (usual corner, what makes it). `bright` is what the ramp's
    colours are multiplied with in the picture.
    """

    def __init__(
        self,
        board: Board,
        shot: Shot,
        motion: Motion,
        ground: str,
        remarks: Sequence[str] = (),
        marked: Sequence[CriticalPoint] = (),
        more: Mapping[str, tuple[str, Maker]] | None = None,
        bright: float = 1.0,
    ) -> None:
        assert shot.experiment is not None and shot.surface is not None
        self.board, self.shot, self.motion, self.ground, self.bright = board, shot, motion, ground, bright
        self.steps, self.minima = shot.experiment.steps, shot.surface.minima
        self.theme, page = THEMES[shot.style.theme], board.page
        self.standings = Standings(motion.entries, motion.trajectories, motion.display)
        makers = {name: (corner, partial(make, self)) for name, (corner, make) in PLACES.items()} | dict(more or {})
        if motion.options.facts and page.width > 1.25 * page.height:
            makers["caption"] = makers.pop("caption")  # a table is tall: between the panels, rather than below them
        for number, (name, (usual, make)) in enumerate(makers.items(), 1):
            self.last = number == len(makers)
            wish = getattr(shot.style, name)
            corner = corner_of(wish is None or wish, usual)
            if corner is not None and (name != "title" or shot.title) and (panel := make(corner)) is not None:
                board.set(panel)
        if "caption" in board and shot.style.caption is True:
            board["caption"].clear_of_panels(board)
        if marked:
            board.set(marks_key([point.kind for point in marked], board, self.theme, ground))
        noise = shot.experiment.noise
        noisy = [f"gradient noise: {noise.words}".replace("_", " ")] if noise is not None else []
        thinned = motion.thinned(shot.style.trail or shot.style.iterates)
        board.set(notes([*remarks, *noisy, *([thinned] if thinned else [])], board, self.theme, ground))

    def other_balls_roll(self) -> None:
        """Other trajectories are shown from now on: losses are theirs, the result is no longer told."""
        self.standings.take(self.motion.trajectories)
        for name in ("caption", "arrivals"):
            if name in self.board:
                self.board[name].outdated = True


def make_caption(usual: Usual, corner: str) -> Caption:
    """The result, or the caption of the file."""
    made = Caption(usual.board.page, usual.motion, Format.of(usual.standings.losses))
    made.place(usual.board, corner, usual.last)
    return made


def make_title(usual: Usual, corner: str) -> Panel:
    """The film's title, of a shot that has one."""
    assert usual.shot.title is not None
    return title(usual.shot.title, usual.board, corner, usual.theme, usual.ground)


def make_counter(usual: Usual, corner: str) -> Panel:
    """The step that is shown."""
    return Counter(usual.steps, usual.board, corner, usual.theme, usual.ground)


def make_legend(usual: Usual, corner: str) -> Panel:
    """A row for each entry."""
    motion = usual.motion
    return Legend(motion.entries, motion.colors, usual.standings, usual.board, corner, usual.theme)


def make_loss_panel(usual: Usual, corner: str) -> Panel:
    """The losses as curves."""
    lowest = usual.minima[0].value if usual.minima else None
    return LossPanel(usual.standings, lowest, usual.motion.colors, usual.board, corner, usual.theme)


def make_ramp_key(usual: Usual, corner: str) -> Panel | None:
    """What the colours mean; unless it is asked for, where there is room."""
    style, page, display = usual.shot.style, usual.board.page, usual.motion.display
    made = RampKey(display, style.ramp or usual.theme.ramp, usual.bright, page, usual.theme)
    if style.ramp_key is None and not made.has_room(usual.board, corner):
        return None
    made.place(usual.board, corner)
    return made


# Name in the style -> (usual corner, what makes it), in the order in which they are given their places.
PLACES: dict[str, tuple[str, Callable[[Usual, str], Panel | None]]] = {
    "caption": ("bottom", make_caption),
    "title": ("top_left", make_title),
    "counter": ("top_right", make_counter),
    "legend": ("top_left", make_legend),
    "ramp_key": ("top_right", make_ramp_key),
    "loss_panel": ("bottom_left", make_loss_panel),
}
