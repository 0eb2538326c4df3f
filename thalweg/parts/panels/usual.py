"""The panels that scenes of trajectories share, in the order in which they are given their places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from thalweg.calculus.landmarks import CriticalPoint
from thalweg.colors import themes
from thalweg.errors import ConfigErrors, Mark, Problem
from thalweg.film.shot import Shot
from thalweg.parts.motion import Motion
from thalweg.parts.panels.board import Board, NoRoom, Panel, corner_of
from thalweg.parts.panels.caption import Caption
from thalweg.parts.panels.counter import Counter
from thalweg.parts.panels.legend import Legend
from thalweg.parts.panels.loss_panel import LossPanel
from thalweg.parts.panels.notes import marks_key, notes
from thalweg.parts.panels.ramp_key import RampKey
from thalweg.parts.panels.title import title
from thalweg.parts.standings import Standings
from thalweg.typeset.numbers import Format
from thalweg.typeset.text import text_width

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
        self.board, self.shot, self.motion, self.bright = board, shot, motion, bright
        self.steps, self.minima = shot.experiment.steps, shot.surface.minima
        self.theme, self.words, self.halo = themes(shot.style, ground, shot.video.transparent)
        self.remarks, self.marked = remarks, marked
        tested = shot.experiment.test_loss
        self.standings = Standings(motion.entries, motion.trajectories, motion.display, tested)
        self.format = Format.of(self.standings.losses)
        self.widest = self.format.widest(self.standings.losses, lambda text: text_width(text, 1.0))
        makers = {name: (corner, partial(make, self)) for name, (corner, make) in PLACES.items()} | dict(more or {})
        makers["caption"] = makers.pop("caption")  # it comes last, where the others leave room
        if shot.style.ramp_key is None:
            makers["ramp_key"] = makers.pop("ramp_key")  # but for what has a place only if there is one
        self.caption: Caption | None = None
        try:
            board.arrange(lambda: self._place(makers))
        except NoRoom as error:
            raise told_of(shot, error) from error

    def _place(self, makers: Mapping[str, tuple[str, Maker]]) -> None:
        """Set all panels."""
        board, shot = self.board, self.shot
        for name, (usual, make) in makers.items():
            if name == "caption":
                self._notes()
                board.crowded |= not (board.apart and board.fair)
            if board.crowded:
                return  # whatever else there is
            wish = getattr(shot.style, name)
            corner = corner_of(wish is None or wish, usual)
            if corner is not None and (name != "title" or shot.title) and (panel := make(corner)) is not None:
                board.set(panel)

    def _notes(self) -> None:
        """The key of the marks, and below it what else is to be said."""
        board, shot, words, halo = self.board, self.shot, self.words, self.halo
        if self.marked:
            board.set(marks_key([point.kind for point in self.marked], board, words, halo))
        noise = shot.experiment.noise if shot.experiment else None
        noisy = [f"gradient noise: {noise.words}".replace("_", " ")] if noise is not None else []
        thinned = self.motion.thinned(shot.style.trail or shot.style.iterates)
        board.set(notes([*self.remarks, *noisy, *([thinned] if thinned else [])], board, words, halo))

    def other_balls_roll(self) -> None:
        """Other trajectories are shown from now on: losses are theirs, the result is no longer told."""
        self.standings.take(self.motion.trajectories)
        for name in ("caption", "arrivals"):
            if name in self.board:
                self.board[name].outdated = True


def told_of(shot: Shot, error: NoRoom) -> ConfigErrors:
    """That panels find no room, with the line of the text scale or of the panels, and what would do."""
    page = error.page
    size = f"{page.width}x{page.height}"
    if error.largest is not None:
        mark, where = shot.written("style", "text_scale") or Mark(0), "style.text_scale"
        what = f"at {page.text_scale:g} the panels do not fit into {size}"
        cure = f"use at most {error.largest:g}"
    else:
        mark, where = shot.written("style") or Mark(0), "style"
        what, cure = f"the panels do not fit into {size}", "switch some of them off, or draw a larger picture"
    return ConfigErrors([Problem(str(shot.path), mark.line, where, what, cure, mark.source)])


def make_caption(usual: Usual, corner: str) -> Caption:
    """The result, or the caption of the file."""
    if usual.caption is None:
        usual.caption = Caption(usual.motion, usual.format)
    usual.caption.place(usual.board, corner, usual.shot.style.caption is not True)
    return usual.caption


def make_title(usual: Usual, corner: str) -> Panel:
    """The film's title, of a shot that has one."""
    assert usual.shot.title is not None
    return title(usual.shot.title, usual.board, corner, usual.words, usual.halo)


def make_counter(usual: Usual, corner: str) -> Panel:
    """The step that is shown."""
    return Counter(usual.steps, usual.board, corner, usual.words, usual.halo)


def make_legend(usual: Usual, corner: str) -> Panel:
    """A row for each entry."""
    motion = usual.motion
    panel = (usual.board, corner, usual.theme)
    return Legend(motion.entries, motion.looks, usual.standings, usual.format, usual.widest, *panel, plain=motion.crowd)


def make_loss_panel(usual: Usual, corner: str) -> Panel:
    """The losses as curves."""
    lowest = usual.minima[0].value if usual.minima else None
    return LossPanel(usual.standings, lowest, usual.motion.looks, usual.board, corner, usual.theme)


def make_ramp_key(usual: Usual, corner: str) -> Panel | None:
    """What the colours mean; unless it is asked for, where there is room."""
    style, page, display = usual.shot.style, usual.board.page, usual.motion.display
    made = RampKey(display, style.ramp or usual.theme.ramp, usual.bright, page, usual.theme)
    if style.ramp_key is None:
        return made if made.place_where_room(usual.board, corner) else None
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
