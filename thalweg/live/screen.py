"""The scene in the window: staged at the window's size, drawn off screen as a film's frame is, then shown."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import moderngl

from thalweg.film.shot import Shot
from thalweg.live.camera import CameraHand
from thalweg.mobjects.layer import QUAD, source
from thalweg.stage.drawable import Drawable
from thalweg.stage.staging import make_scene
from thalweg.typeset.text import TitleTooLong

if TYPE_CHECKING:
    from thalweg.engine import Trajectory

SMALLEST = (320, 240)  # a smaller picture is drawn at this size and shrunk: panels have no room in less
SOFTWARE = ("llvmpipe", "softpipe", "swiftshader", "software", "gdi generic")


class Screen:
    """`show` makes another scene, `draw` one of its moments, `present` puts what was drawn last into the window.

    `hand` turns the camera of every scene.
    """

    picture: moderngl.Texture

    def __init__(self, ctx: moderngl.Context, hand: CameraHand) -> None:
        self.ctx, self.hand = ctx, hand
        self._scene: Drawable | None = None
        self.hidden: set[int] = set()
        self._cameras: tuple[Any, Any] | None = None  # a camera's section, and the same with the angles chosen for it
        self.samples = multisampling(ctx)
        self.program = ctx.program(vertex_shader=source("shown.vert"), fragment_shader=source("shown.frag"))
        self.quad = ctx.vertex_array(self.program, [(ctx.buffer(QUAD.tobytes()), "2f", "corner")])

    @property
    def staged(self) -> bool:
        """Whether there is a scene."""
        return self._scene is not None

    @property
    def scene(self) -> Drawable:
        """The scene that is shown, once there is one."""
        assert self._scene is not None
        return self._scene

    def show(self, shot: Shot, trajectories: Sequence[Trajectory], size: tuple[int, int]) -> None:
        """Stage the shot in pictures of that size. Raises what staging raises; the old scene then stays."""
        scene = self._staged(self.kept(shot), trajectories, drawn_size(size))
        first = not self.staged
        self.release()
        self._scene = scene
        self._cameras = shot.camera, scene.shot.camera
        if first:
            gc.freeze()  # what is there to stay need not be looked through each time
        else:
            tidy()
        self._take_in_hand()

    def kept(self, shot: Shot) -> Shot:
        """The shot from where it is seen here: angles that were chosen stay while its values are changed by hand."""
        if self._cameras is None or shot.camera != self._cameras[0]:
            return shot
        return replace(shot, camera=self._cameras[1])

    def forget_angles(self) -> None:
        """They are chosen anew for what is shown next."""
        self._cameras = None

    def _staged(self, shot: Shot, trajectories: Sequence[Trajectory], size: tuple[int, int]) -> Drawable:
        video = replace(shot.video, width=size[0], height=size[1], transparent=False)
        sized = replace(shot, video=video)
        try:
            return make_scene(sized, trajectories, samples=self.samples)
        except TitleTooLong:  # for this narrow a window
            return make_scene(replace(sized, title=None), trajectories, samples=self.samples)

    def _take_in_hand(self) -> None:
        self.hand.hold(self.scene)
        self.scene.hand = self.hand
        if self.hidden:
            self.scene.hide(self.hidden)

    def hide(self, entries: Collection[int]) -> None:
        self.hidden = set(entries)
        self.scene.hide(self.hidden)

    @property
    def pixels(self) -> tuple[int, int]:
        return self.scene.pixels

    @property
    def last(self) -> float:
        """The moment of the film's last frame."""
        return (self.scene.frames - 1) / self.scene.fps

    def draw(self, seconds: float) -> None:
        self.scene.draw_at(seconds)
        self.picture = self.scene.picture()

    def present(
        self,
        framebuffer: moderngl.Framebuffer,
        box: tuple[int, int, int, int],
        ground: tuple[float, float, float, float],
    ) -> None:
        """Into (left, bottom, width, height) of the framebuffer; if that has another shape, as large as it fits."""
        left, bottom, width, height = box
        drawn = self.pixels
        shrink = min(width / drawn[0], height / drawn[1])
        shown = (width, height) if drawn == (width, height) else (round(drawn[0] * shrink), round(drawn[1] * shrink))
        framebuffer.use()
        red, green, blue, alpha = ground
        framebuffer.clear(red, green, blue, alpha)
        self.ctx.viewport = (left + (width - shown[0]) // 2, bottom + (height - shown[1]) // 2, *shown)
        self.ctx.enable_only(moderngl.NOTHING)
        exact = shown == drawn
        self.picture.filter = (moderngl.NEAREST, moderngl.NEAREST) if exact else (moderngl.LINEAR, moderngl.LINEAR)
        self.picture.use(0)
        self.quad.render(moderngl.TRIANGLE_STRIP)

    def release(self) -> None:
        if self._scene is not None:
            self._scene.release()
            self._scene = None


def tidy() -> None:
    """Give back what scenes that are gone held: they hold themselves in circles, and several take hundreds of MB."""
    gc.collect()
    with suppress(OSError, AttributeError):  # glibc keeps what was freed until it is told
        ctypes.CDLL(None).malloc_trim(0)


def drawn_size(size: tuple[int, int]) -> tuple[int, int]:
    """The size itself, or a larger one of its shape where it is too small for panels."""
    grow = max(1.0, SMALLEST[0] / size[0], SMALLEST[1] / size[1])
    return max(round(size[0] * grow), 2), max(round(size[1] * grow), 2)


def multisampling(ctx: moderngl.Context) -> int:
    """4 where the driver has it. Not in software: the shaders smooth their edges themselves, and it would halve the
    frame rate."""
    renderer = ctx.info["GL_RENDERER"].lower()
    return 4 if ctx.max_samples >= 4 and not any(name in renderer for name in SOFTWARE) else 0
