"""A film staged: the scene of each of its shots, and frame k of the whole as a picture or as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.film.clock import OutsideFilm, frame_at, frame_of_step
from thalweg.film.moments import Moment
from thalweg.film.shot import Film
from thalweg.film.timeline import Part, Timeline
from thalweg.stage.drawable import Drawable, Pixels
from thalweg.stage.staging import make_scene
from thalweg.stage.told import LISTS, told

if TYPE_CHECKING:
    from thalweg.engine import Trajectory


class Reel:
    """Every scene of a film, drawn one after the other or, in a transition, mixed.

    `film` has what its scenes chose for themselves; `pixels` (width, height); `frames` of the whole, at `fps`. Raises
    MachineError where nothing can be drawn.
    """

    def __init__(self, film: Film, rolled: Sequence[Sequence[Trajectory]], fps: int | None = None) -> None:
        self.film, self.fps = film, fps or film.video.fps
        self.scenes: list[Drawable] = []
        try:
            for shot, trajectories in zip(film.shots, rolled, strict=True):
                self.scenes.append(make_scene(shot, trajectories, self.fps))
        except BaseException:
            self.release()
            raise
        self.film = replace(film, shots=tuple(scene.shot for scene in self.scenes))
        self.timeline = Timeline([scene.duration for scene in self.scenes], self.fps, film.transitions)
        self.pixels: tuple[int, int] = self.scenes[0].pixels
        self._other = np.empty((*self.pixels[::-1], 4) if len(self.scenes) > 1 else (0, 0, 4), np.uint8)

    @property
    def frames(self) -> int:
        return self.timeline.frames

    @property
    def duration(self) -> float:
        return sum(scene.duration for scene in self.scenes)

    def draw(self, index: int, into: Pixels) -> Pixels:
        """Frame `index` into (height, width, 4) uint8, first row on top, alpha premultiplied."""
        parts = self.timeline.at(index)
        if not parts:
            into[:] = (0, 0, 0, 0 if self.film.video.transparent else 255)
            return into
        self._read(parts[0], into)
        if parts[0].share == 1:
            return into
        mixed = into * np.float32(parts[0].share)
        for part in parts[1:]:
            mixed += self._read(part, self._other) * np.float32(part.share)
        if not self.film.video.transparent:
            mixed[..., 3] = 255
        into[:] = mixed + 0.5
        return into

    def _read(self, part: Part, into: Pixels) -> Pixels:
        scene = self.scenes[part.shot]
        scene.draw_frame(part.frame)
        return scene.read(into)

    def told(self, index: int) -> dict[str, Any]:
        """What stands on frame `index`; in a transition of both shots, each text as strong as its shot is."""
        frame: dict[str, Any] = {}
        for part in reversed(self.timeline.at(index)):  # the camera is that of the shot that the frame belongs to
            facts = told(self.scenes[part.shot], part.frame)
            for text in facts["texts"]:
                text["strength"] = text["strength"] * part.share
            frame = facts | {name: facts[name] + frame.get(name, []) for name in LISTS}
        return frame | {"frame": index, "seconds": index / self.fps, "size": list(self.pixels)}

    def frames_of(self, moments: Sequence[Moment]) -> list[int]:
        """The frame of each moment; raises OutsideFilm with a line for each that the film lacks."""
        found, lines = [], []
        for moment in moments:
            try:
                found.append(self.frame_of(moment))
            except OutsideFilm as error:
                lines.append(f"{moment.text}: {error}")
        if lines:
            raise OutsideFilm(*lines)
        return found

    def frame_of(self, moment: Moment) -> int:
        """The frame of one moment; raises OutsideFilm."""
        if moment.seconds is not None:
            return frame_at(moment.seconds, self.duration, self.fps)
        if moment.step is None:
            return self.frames - 1
        scene = self.scenes[0]
        if len(self.scenes) > 1:
            raise OutsideFilm("a film of several shots has no steps of its own; give seconds")
        if scene.step_at(0.0) is None:
            raise OutsideFilm(f"a film of scene {scene.kind} has no steps; give seconds")
        return frame_of_step(moment.step, self.frames, lambda index: scene.step_at(index / self.fps) or 0.0)

    def release(self) -> None:
        """Free what the scenes hold on the GPU."""
        for scene in self.scenes:
            scene.release()
        self.scenes = []
