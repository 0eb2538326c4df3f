"""What goes out of the window: values into the YAML, stills, the camera as YAML, the film. Part of Session."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from thalweg.errors import ConfigErrors
from thalweg.live.model import START, settings, words_of, yaml_of
from thalweg.live.screen import tidy
from thalweg.live.write_back import CannotWrite, replaces_many, written
from thalweg.stage.pictures import frame_pixels, save_picture
from thalweg.stage.staging import make_scene
from thalweg.system.output import whole
from thalweg.system.streams import say_path
from thalweg.typeset.numbers import short


class Files:
    asked: tuple = ()  # what `w` was asked to do once already

    def write(self) -> None:
        model = self.model
        if not model.edits:
            return self.say("nothing was changed here")
        if model.unsettled and not self.attempt(model.settle):
            return None
        try:
            text = self._checked_text()
        except CannotWrite as error:
            return self.say(f"not written: {error}", 6)
        try:
            with whole(self.path) as temporary:
                temporary.write_bytes(text)
                os.chmod(temporary, self.path.stat().st_mode & 0o7777)
        except OSError as error:
            return self.say(f"not written: {error.strerror}", 6)
        told = [f"{words_of(model.experiment, key)} {self._value_words(key)}" for key in model.edits]
        model.data, model.filed = text, model.read(text, [])
        model.edits, model.stale, self.asked = {}, False, ()
        self.say(f"written into {self.path.name}: {', '.join(told)}", 5)

    def _value_words(self, key) -> str:
        value = self.model.edits[key]
        return yaml_of(START, value) if key[1] == START else short(value)

    def _checked_text(self) -> bytes:
        """The file with the edits in it. Raises CannotWrite where that would not say what the window shows."""
        model = self.model
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise CannotWrite(error.strerror) from error
        if data != model.data:
            raise CannotWrite("the file changed meanwhile; w again once the window shows it")
        text, question = data.decode("utf-8"), ""
        if model.stale:
            question = "the file changed after this was changed here"
        elif replaces_many(text, model.edits):
            points = [yaml_of(START, value) for (_, name), value in model.edits.items() if name == START]
            question = "this replaces the file's starts by " + ", ".join(dict.fromkeys(points))[:60]
        if question and self.asked != (data, tuple(model.edits.items())):
            self.asked = (data, tuple(model.edits.items()))
            raise CannotWrite(f"{question}; w again writes it")
        for key in model.edits:
            self._on_command_line(key)
        new = written(text, model.edits).encode("utf-8")
        try:
            same = told(model.read(new, [])) == told(model.experiment)
        except ConfigErrors as error:
            raise CannotWrite(str(error.problems[0])) from error
        if not same:
            raise CannotWrite("this file holds it in a way that must be changed by hand")
        return new

    def _on_command_line(self, key) -> None:
        entry, name = key
        node = self.model.filed.tree
        if entry is not None:
            item = node.child("optimizers").items[entry]
            node = next(iter(item.entries.values())) if item.entries else item
        if node.entries and node.has(name) and node.mark_of(name).source:
            raise CannotWrite(f"{words_of(self.model.experiment, key)} stands on the command line: "
                              f"{node.mark_of(name).source}")  # fmt: skip

    def still(self) -> None:
        """The picture as it is seen here, at the film's size."""
        model, scene = self.model, self.screen.scene
        if model.unsettled:
            self.attempt(model.settle)
        path = free_name(Path("videos") / f"{self.path.stem}-{self.player.seconds:.2f}s.png")
        film = make_scene(replace(model.experiment, video=replace(model.experiment.video, transparent=False)),
                          model.trajectories)  # fmt: skip
        try:
            self.hand.scene, film.hand = film, self.hand
            if self.screen.hidden:
                film.hide(self.screen.hidden)
            save_picture(path, frame_pixels(film, self.player.seconds * film.camera.fps), film.experiment)
        except OSError as error:
            return self.say(f"not saved: {error.strerror}", 6)
        finally:
            self.hand.scene = scene
            film.release()
            tidy()
        say_path(path)
        self.drawn = None
        self.say(f"saved {path}")

    def render(self) -> None:
        if self.film.share is not None:
            return self.say("a film is being rendered")
        more = [word for setting in settings(self.model.edits) for word in ("--set", setting)]
        self.film.start([*self.command, *more])
        self.say("rendering the film; the line below shows how far it is")

    def copy_camera(self) -> None:
        text = self.camera_yaml()
        self.window.copy(text + "\n")
        print(text, flush=True)
        self.say("copied: " + text)

    def camera_yaml(self) -> str:
        """A camera section that shows this view at this moment, with the orbit going on."""
        scene, camera = self.screen.scene, self.model.experiment.camera
        pose = self.hand.shown
        theta = pose.theta if camera.keyframes else pose.theta - camera.orbit * self.player.seconds
        theta = (theta + 180) % 360 - 180
        words, center = [f"theta: {theta:.4g}", f"phi: {pose.phi:.4g}"], camera.center
        if scene.display is not None:
            center = tuple(scene.display.from_plate(self.hand.on_ground(pose, scene.middle_of_room)[:2]).tolist())
        words.append(f"zoom: {self._zoom_of(pose, theta, center):.4g}")
        if center is not None:
            words.append(f"center: [{center[0]:.4g}, {center[1]:.4g}]")
        words.append(f"orbit: {camera.orbit:g}")
        return "camera: {" + ", ".join(words) + "}"

    def _zoom_of(self, pose, theta: float, center) -> float:
        """How much nearer than the view that such a camera would choose by itself."""
        experiment = self.screen.scene.experiment
        camera = replace(experiment.camera, theta=theta, phi=pose.phi, zoom=1.0, center=center, opening="none",
                         keyframes=(), follow=None)  # fmt: skip
        scene = make_scene(replace(experiment, camera=camera), self.model.trajectories)
        try:
            seen = []
            scene.hand = lambda shown: seen.append(shown) or shown
            scene.pose(self.player.seconds)
        finally:
            scene.release()
            tidy()
        return seen[0].scale / pose.scale


def told(experiment) -> dict:
    """What an experiment says, to compare."""
    return {**experiment.resolved, "balls": [np.asarray(entry.starts).tolist() for entry in experiment.entries]}


def free_name(path: Path) -> Path:
    """The path, or with -2, -3 ... where there is such a file."""
    made, count = path, 2
    while made.exists():
        made, count = path.with_stem(f"{path.stem}-{count}"), count + 1
    return made
