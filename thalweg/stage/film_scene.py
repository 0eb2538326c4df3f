"""FilmScene: a manimgl Scene that is a function of time.

A subclass writes `stage(shot, trajectories)`, which builds the mobjects once, sets `duration`, and
`pose(seconds)`, which puts everything where it belongs at that second, whatever was drawn before. `construct` is the
same for all: pose, draw, emit, for every frame of the clock; so manimgl's own command makes the same film as render.py.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.stage import boot

boot.ensure()

from manimlib.camera.camera import Camera  # noqa: E402
from manimlib.constants import DEG, FRAME_HEIGHT, FRAME_WIDTH  # noqa: E402
from manimlib.scene import scene as manim_scene  # noqa: E402
from manimlib.scene.scene import Scene  # noqa: E402

from thalweg.film.clock import frame_count  # noqa: E402
from thalweg.geometry.display import Display  # noqa: E402
from thalweg.geometry.framing import CameraPose  # noqa: E402
from thalweg.geometry.sight import Sight, ball_at, on_surface  # noqa: E402
from thalweg.stage.command import film_from_environment, writer_for  # noqa: E402
from thalweg.stage.defaults import Defaults  # noqa: E402
from thalweg.stage.drawable import Array, Drawable, Pixels  # noqa: E402
from thalweg.stage.errors import MachineError, leave  # noqa: E402

if TYPE_CHECKING:
    import moderngl

    from thalweg.engine import Trajectory
    from thalweg.film.shot import Film, Shot


class StageCamera(Camera):
    """manimgl's camera on the shared context, for any aspect ratio, drawing upside down: rows are read top first."""

    def __init__(self, **config: Any) -> None:
        config["fps"] = int(config.get("fps", 30))  # manimgl's --fps arrives as text
        super().__init__(**config)

    def init_context(self) -> None:
        if self.window is not None:
            super().init_context()
            return
        self.ctx = boot.shared_context()

    def refresh_uniforms(self) -> None:
        super().refresh_uniforms()
        width, height = self.get_pixel_shape()
        upside_down = -1.0 if self.window is None else 1.0
        _, _, depth = self.uniforms["frame_rescale_factors"]
        self.uniforms["frame_rescale_factors"] = (
            2 * height / width / FRAME_HEIGHT,
            upside_down * 2 / FRAME_HEIGHT,
            depth,
        )

    def read_rgba(self, into: Pixels) -> Pixels:
        """The picture as drawn, into (height, width, 4) uint8, first row on top, alpha premultiplied."""
        self.fbo.read_into(into, components=4, alignment=1)
        return into

    def get_raw_fbo_data(self, dtype: str = "f1") -> bytes:
        width, height = self.get_pixel_shape()
        rows = self.read_rgba(np.empty((height, width, 4), "u1"))
        if self.window is None:
            rows = rows[::-1]  # manimgl expects the last row first
        return rows.tobytes() if dtype == "f1" else (rows / np.float32(255)).astype("f4").tobytes()

    def release(self) -> None:
        for buffer in (self.fbo_for_files, self.draw_fbo):
            for attachment in (*buffer.color_attachments, buffer.depth_attachment):
                attachment.release()
            buffer.release()


class FilmScene(Defaults, Scene):
    """Base of every scene, a Drawable. From Python: `FilmScene(shot, trajectories)`; from manimgl's command:
    CONFIG=name.

    A scene that shows a surface in space sets `display`: then points and pixels lead to each other by it. One whose
    picture is made otherwise overrides `point_at`, `world_at` and the like.
    """

    samples = 0
    duration = 1.0
    display: Display | None = None

    def __init__(
        self, shot: Shot | None = None, trajectories: Sequence[Trajectory] | None = None, **config: Any
    ) -> None:
        camera_config = dict(config.pop("camera_config", {}))
        self.samples = config.pop("samples", self.samples)
        by_command = shot is None
        if shot is None or trajectories is None:
            self.film: Film = film_from_environment(self.kind, type(self), FilmScene)
            shot = self.film.shot
            trajectories = shot.roll()
            camera_config |= dict(resolution=(shot.video.width, shot.video.height), fps=shot.video.fps)
            config |= dict(start_at_animation_number=None, end_at_animation_number=None)  # it is all one animation
        self.shot: Shot = shot
        self.trajectories: Sequence[Trajectory] = trajectories
        if shot.video.transparent:
            camera_config |= dict(background_color="#000000", background_opacity=0.0)
        else:
            camera_config |= dict(background_color=self.background(), background_opacity=1.0)
        stock, manim_scene.Camera = manim_scene.Camera, StageCamera  # Scene.__init__ makes its camera by this name
        stock_writer, manim_scene.SceneFileWriter = (
            manim_scene.SceneFileWriter,
            writer_for(config.get("file_writer_config", {})),
        )
        try:
            super().__init__(camera_config=camera_config, **config)
        except MachineError as error:
            if not by_command:
                raise
            leave(str(error))
        finally:
            manim_scene.Camera, manim_scene.SceneFileWriter = stock, stock_writer

    @property
    def kind(self) -> str:
        """The name of the folder that its scene.py lies in; manimgl's own command gives the module other names."""
        return Path(inspect.getfile(type(self).stage)).absolute().parent.name

    def background(self) -> str:
        from thalweg.colors import THEMES

        style = self.shot.style
        return style.background or THEMES[style.theme].background

    @property
    def pixels(self) -> tuple[int, int]:
        width, height = self.camera.get_pixel_shape()
        return width, height

    @property
    def fps(self) -> int:
        return int(self.camera.fps)

    @property
    def frames(self) -> int:
        return frame_count(self.duration, self.fps)

    def setup(self) -> None:
        self.stage(self.shot, self.trajectories)

    def stage(self, shot: Shot, trajectories: Sequence[Trajectory]) -> None:
        raise NotImplementedError

    def pose(self, seconds: float) -> None:
        raise NotImplementedError

    def run(self) -> None:
        """All of it, as manimgl's command does; a film that fails leaves nothing behind."""
        try:
            super().run()
        except OSError as error:
            self.file_writer.abandon()
            leave(f"the film cannot be written: {error.strerror or error}")
        except BaseException:
            self.file_writer.abandon()
            raise

    def construct(self) -> None:
        self.file_writer.begin_animation()
        for index in [self.frames - 1] if self.skip_animations else range(self.frames):
            self.draw_frame(index)
            self.emit_frame()
        self.file_writer.end_animation()

    def draw_frame(self, index: float) -> None:
        """Draw frame `index` into the camera's buffer; the same pixels whatever was drawn before."""
        self.draw_at(index / self.fps)

    def draw_at(self, seconds: float) -> None:
        """Draw any moment into the camera's buffer."""
        self.camera.fbo.use()
        self.time = seconds
        self.pose(seconds)
        self.update_frame(0, force_draw=True)

    def read(self, into: Pixels) -> Pixels:
        camera: StageCamera = self.camera
        return camera.read_rgba(into)

    def picture(self) -> moderngl.Texture:
        buffer = self.camera.fbo
        if self.samples:
            buffer = self.camera.draw_fbo
            self.camera.ctx.copy_framebuffer(buffer, self.camera.fbo)
        texture: moderngl.Texture = buffer.color_attachments[0]
        return texture

    # what is where
    def sight(self) -> Sight:
        """The camera as it was posed last."""
        self.camera.refresh_uniforms()
        return Sight.of(self.camera.uniforms, self.pixels)

    def point_at(self, x: float, y: float) -> Array | None:
        return None if self.display is None else on_surface(self.sight(), self.display, x, y)

    def ball_at(self, x: float, y: float, seconds: float) -> tuple[int, int] | None:
        return ball_at(self.sight(), self.balls_at(seconds), x, y)

    def world_at(self, point: Array) -> Array | None:
        return None if self.display is None else self.display.to_world(np.asarray(point)[None])[0]

    def point_below(self, place: Array) -> Array | None:
        return None if self.display is None else self.display.from_plate(np.asarray(place)[:2])

    # what is said of it
    def told(self) -> dict[str, list[dict[str, Any]]]:
        """What stands on the frame drawn last: lists by the names of thalweg/stage/told.py, from each mobject its own.

        A scene adds what its mobjects do not know (steps, points, losses, numbers).
        """
        told: dict[str, list[dict[str, Any]]] = {}
        parts = [part for mobject in self.mobjects for part in mobject.get_family() if hasattr(part, "told")]
        self._only_what_hides(parts)
        for part in dict.fromkeys(parts):
            for name, facts in part.told().items():
                told.setdefault(name, []).extend(facts)
        return told

    def _only_what_hides(self, parts: Iterable[Any]) -> None:
        """Leave in the depth buffer the depth of the landscape alone, so that balls can be measured against it."""
        self.camera.fbo.use()
        self.camera.fbo.clear()
        for part in parts:
            if part.hides:
                part.render(self.camera.ctx, self.camera.uniforms)

    def seen_by(self) -> dict[str, Any]:
        """The camera, so that anybody can project: a point p = (X, Y, Z) of space has c = matrix . (X, Y, Z, 1) and
        stands at pixel (width / 2 * (1 + c[0] / c[3]), height / 2 * (1 - c[1] / c[3])).

        With `world`, a point (x, y) of the domain with its loss stands at X = (x - center[0]) * scale[0],
        Y = (y - center[1]) * scale[1] and Z = gain * (loss - low) where height.kind is linear, or
        Z = gain * log10(1 + (loss - low) / unit) where it is log.
        """
        camera, frame, display = self.camera, self.frame, self.display
        view = np.array(camera.uniforms["view"]).reshape(4, 4).T  # stored by columns
        across, upward, depth = camera.uniforms["frame_rescale_factors"]
        matrix = np.stack([across * view[0], abs(upward) * view[1], -0.1 * depth * view[2], view[3] - depth * view[2]])
        theta, phi, _ = np.degrees(frame.get_euler_angles())
        told = dict(
            theta=theta,
            phi=phi,
            field_of_view=np.degrees(frame.get_field_of_view()),
            scale=frame.get_scale(),
            center=frame.get_center(),
            eye=camera.uniforms["camera_position"],
            matrix=matrix,
        )
        if display is not None:
            told["world"] = dict(center=display.center, scale=display.scale, height=display.heights)
        return told

    # the camera
    def look(self, pose: CameraPose) -> None:
        """Put the camera. All its points are set at once: manimgl's frame keeps them as float32, so moving and
        stretching it would leave traces of where it stood before, and other pixels.
        """
        pose = pose if self.hand is None else self.hand(pose)
        half = np.array([FRAME_WIDTH, FRAME_HEIGHT]) * pose.scale / 2
        cross = np.array([[0, 0, 0], [-1, 0, 0], [1, 0, 0], [0, -1, 0], [0, 1, 0]])
        self.frame.set_points(pose.center + cross * [*half, 0])
        self.frame.set_field_of_view(pose.lens * DEG)
        self.frame.set_euler_angles(pose.theta * DEG, pose.phi * DEG, 0)
        self.frame.note_changed_data()

    def release(self) -> None:
        """Free what this scene holds on the GPU."""
        for mobject in self.mobjects:
            for part in mobject.get_family():
                if hasattr(part, "release"):
                    part.release()
        for group in self.render_groups:
            for wrapper in getattr(group, "shader_wrappers", ()):  # manimgl's own hold a buffer each
                wrapper.release()
        if self.window is None:
            self.camera.release()


if TYPE_CHECKING:
    IS_DRAWABLE: type[Drawable] = FilmScene
