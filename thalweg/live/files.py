"""What goes out of the window: values into the YAML, stills, the camera as YAML, the film."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from thalweg.errors import ConfigErrors
from thalweg.film.shot import Film, Shot
from thalweg.geometry.framing import CameraPose
from thalweg.live.camera import CameraHand
from thalweg.live.model import START, Key, entries_of, settings, words_of, yaml_of
from thalweg.live.screen import tidy
from thalweg.live.show import Show
from thalweg.live.write_back import CannotWrite, replaces_many, written
from thalweg.stage.pictures import frame_pixels, save_picture
from thalweg.stage.staging import make_scene
from thalweg.system.output import whole
from thalweg.system.streams import say_path
from thalweg.typeset.numbers import short


class Files:
    """`command` renders the film as the file says it."""

    def __init__(self, show: Show, command: Sequence[str]) -> None:
        self.show, self.command = show, list(command)
        self._asked: object = None  # what `w` was asked to do once already

    def forget_question(self) -> None:
        """Something else was done since: `w` asks anew."""
        self._asked = None

    def write(self) -> None:
        model = self.show.model
        if not model.edits:
            return self.show.say("nothing was changed here")
        if model.unsettled and not self.show.attempt(model.settle):
            return None
        try:
            text = self._checked_text()
        except CannotWrite as error:
            return self.show.say(f"not written: {error}", 6)
        try:
            with whole(self.show.path) as temporary:
                temporary.write_bytes(text)
                os.chmod(temporary, self.show.path.stat().st_mode & 0o7777)
        except OSError as error:
            return self.show.say(f"not written: {error.strerror}", 6)
        told = [f"{words_of(model.shot, key)} {self._value_words(key)}" for key in model.edits]
        model.data, model.filed = text, model.read(text, [])
        model.edits, model.stale, self._asked = {}, False, None
        self.show.say(f"written into {self.show.path.name}: {', '.join(told)}", 5)

    def _value_words(self, key: Key) -> str:
        value = self.show.model.edits[key]
        return yaml_of(START, value) if key[1] == START else short(value)

    def _checked_text(self) -> bytes:
        """The file with the edits in it. Raises CannotWrite where that would not say what the window shows."""
        model = self.show.model
        try:
            data = self.show.path.read_bytes()
        except OSError as error:
            raise CannotWrite(str(error.strerror)) from error
        if data != model.data:
            raise CannotWrite("the file changed meanwhile; w again once the window shows it")
        text, question = data.decode("utf-8"), ""
        if model.stale:
            question = "the file changed after this was changed here"
        elif replaces_many(text, model.in_file(model.edits)):
            points = [yaml_of(START, value) for (_, name), value in model.edits.items() if name == START]
            question = "this replaces the file's starts by " + ", ".join(dict.fromkeys(points))[:60]
        if question and self._asked != (data, tuple(model.edits.items())):
            self._asked = (data, tuple(model.edits.items()))
            raise CannotWrite(f"{question}; w again writes it")
        for key in model.edits:
            self._on_command_line(key)
        new = written(text, model.in_file(model.edits)).encode("utf-8")
        try:
            same = told(model.read(new, [])) == told(model.shot)
        except ConfigErrors as error:
            raise CannotWrite(str(error.problems[0])) from error
        if not same:
            raise CannotWrite("this file holds it in a way that must be changed by hand")
        return new

    def _on_command_line(self, key: Key) -> None:
        entry, name = key
        node = self.show.model.filed.tree
        if entry is not None:
            item = (node.child("optimizers").items or [])[entry]
            node = next(iter(item.entries.values())) if item.entries else item
        if node.entries and node.has(name) and node.mark_of(name).source:
            raise CannotWrite(f"{words_of(self.show.model.shot, key)} stands on the command line: "
                              f"{node.mark_of(name).source}")  # fmt: skip

    def still(self) -> None:
        """The picture as it is seen here, at the film's size."""
        model, scene = self.show.model, self.show.scene
        if model.unsettled:
            self.show.attempt(model.settle)
        path = free_name(Path("videos") / f"{self.show.path.stem}-{self.show.player.seconds:.2f}s.png")
        shot = self.show.screen.kept(model.shot)
        film = make_scene(replace(shot, video=replace(shot.video, transparent=False)), model.trajectories)
        try:
            self.show.hand.hold(film)
            film.hand = self.show.hand
            if self.show.screen.hidden:
                film.hide(self.show.screen.hidden)
            save_picture(path, frame_pixels(film, self.show.player.seconds * film.fps), Film((film.shot,)))
        except OSError as error:
            return self.show.say(f"not saved: {error.strerror}", 6)
        finally:
            self.show.hand.hold(scene)
            self.show.pose()
            film.release()
            tidy()
        say_path(path)
        self.show.redraw()
        self.show.say(f"saved {path}")

    def render(self) -> None:
        if self.show.film.share is not None:
            return self.show.say("a film is being rendered")
        edits = self.show.model.in_file(self.show.model.edits)
        given = (*settings(edits), *(self._angles() if edits else ()))
        more = [word for setting in given for word in ("--set", setting)]
        self.show.film.start([*self.command, *more])
        self.show.say("rendering the film; the line below shows how far it is")

    def _angles(self) -> list[str]:
        """Those that were chosen before anything was changed by hand, as --set takes them."""
        asked, shown = self.show.model.shot.camera, self.show.scene.shot.camera
        return [f"camera.{name}={getattr(shown, name):g}" for name in ("theta", "phi")
                if getattr(asked, name, None) == "auto"]  # fmt: skip

    def copy_camera(self) -> None:
        """A camera section that shows this view at this moment, onto the clipboard."""
        pose = self.show.hand.shown
        if pose is None:
            return self.show.say("this scene has no camera to copy")
        text = self._camera_yaml(pose)
        self.show.window.copy(text + "\n")
        print(text, flush=True)
        self.show.say("copied: " + text)

    def _camera_yaml(self, pose: CameraPose) -> str:
        """With the orbit going on; only what the scene's camera section has."""
        show, camera = self.show, self.show.model.shot.camera
        theta, center = pose.theta, camera.center
        if hasattr(camera, "orbit") and not camera.keyframes:
            theta -= camera.orbit * show.player.seconds
        theta = (theta + 180) % 360 - 180
        below = show.scene.point_below(show.hand.on_floor(pose, show.scene.middle_of_room))
        center = center if below is None else tuple(below.tolist())
        zoom = self._zoom_of(pose, dict(theta=theta, phi=pose.phi, center=center))
        words = {"theta": f"{theta:.4g}", "phi": f"{pose.phi:.4g}", "zoom": f"{zoom:.4g}"}
        if center is not None:
            words["center"] = f"[{center[0]:.4g}, {center[1]:.4g}]"
        if hasattr(camera, "orbit"):
            words["orbit"] = f"{camera.orbit:g}"
        return "camera: {" + ", ".join(f"{key}: {text}" for key, text in words.items() if hasattr(camera, key)) + "}"

    def _zoom_of(self, pose: CameraPose, said: dict[str, Any]) -> float:
        """How much nearer than the view that a camera which says only that would choose by itself."""
        shot = self.show.scene.shot
        said = {**said, "zoom": 1.0, "opening": "none", "keyframes": (), "follow": None}
        known = {field.name for field in fields(shot.camera)}
        camera = replace(shot.camera, **{key: value for key, value in said.items() if key in known})
        scene = make_scene(replace(shot, camera=camera), self.show.model.trajectories)
        hand = CameraHand()
        try:
            hand.hold(scene)
            scene.hand = hand
            scene.pose(self.show.player.seconds)
        finally:
            scene.release()
            tidy()
        return hand.film.scale / pose.scale if hand.film is not None else 1.0


def told(shot: Shot) -> dict[str, Any]:
    """What a shot says, to compare."""
    return {**shot.resolved, "balls": [np.asarray(entry.starts).tolist() for entry in entries_of(shot)]}


def free_name(path: Path) -> Path:
    """The path, or with -2, -3 ... where there is such a file."""
    made, count = path, 2
    while made.exists():
        made, count = path.with_stem(f"{path.stem}-{count}"), count + 1
    return made
