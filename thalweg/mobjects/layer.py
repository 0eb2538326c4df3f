"""A mobject that draws itself with its own programs, inside manimgl's scene, camera, order of drawing and depth buffer.

manimgl asks every mobject for a shader wrapper and calls its update_program_uniforms, pre_render and render. A Layer
hands out a wrapper that calls back `draw`; so it can stand in any Scene, alone or in a Group, beside stock mobjects.
GPU resources are made at the first frame in a GL context and freed by `release`.

To manimgl a Layer's points are the eight corners of its box. Whatever moves points (shift, rotate, scale, Transform,
FadeIn ...) moves those, and the Layer draws itself as they have been moved.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import FunctionType

import moderngl
import numpy as np
from manimlib.mobject.mobject import Mobject

from thalweg.typeset.text import text_unit

SHADERS = Path(__file__).parent.parent / "shaders"
QUAD = np.array([0, 0, 1, 0, 0, 1, 1, 1], "f4")
BOX = np.array([[k & 1, k & 2, k & 4] for k in range(8)]) > 0  # which corners are high in x, y, z
EDGES = [1, 2, 4]  # the corners next to the first along x, y, z
LIGHT = np.array([-0.55, 0.35, 0.78]) / np.linalg.norm([-0.55, 0.35, 0.78])
TO_LIGHT = tuple(LIGHT.tolist())


def source(name: str, folders: Sequence[Path] = (SHADERS,)) -> str:
    """A shader's text with what it includes, each from the first of the folders that has it."""
    file = next((folder / name for folder in folders if (folder / name).is_file()), folders[-1] / name)
    lines = file.read_text(encoding="utf-8").splitlines()
    return "\n".join(source(line.split()[1], folders) if line.startswith("#include") else line for line in lines)


def shaders_of(layer: Layer) -> tuple[Path, ...]:
    """Where its shaders are looked for: in `shaders/` beside its own file and those of its bases, then in ours."""
    files = [file for cls in type(layer).__mro__ if issubclass(cls, Layer) and (file := file_of(cls))]
    return (*dict.fromkeys(Path(file).parent / "shaders" for file in files), SHADERS)


def file_of(cls: type) -> str | None:
    """Where a class is written: manimgl's own command does not put the scene's module into `sys.modules`."""
    if cls.__module__ in sys.modules:
        return getattr(sys.modules[cls.__module__], "__file__", None)
    functions = (value for value in vars(cls).values() if isinstance(value, FunctionType))
    return next((each.__code__.co_filename for each in functions if each.__module__ == cls.__module__), None)


class LayerWrapper:
    """What manimgl takes for a shader wrapper of one Layer in one GL context."""

    def __init__(self, layer: Layer, ctx: moderngl.Context) -> None:
        self.layer, self.ctx, self.depth_test = layer, ctx, True
        self.shaders = shaders_of(layer)
        self.camera: dict = {}
        self.values: dict[moderngl.Program, dict] = {}  # of each program: its uniforms by name, with the value set last
        self.owned: list = []
        self.textures: list = []

    def __deepcopy__(self, memo):
        return None  # a copied mobject makes its own on its first frame

    def get_id(self) -> int:
        return id(self.layer)

    def refresh_id(self) -> None: ...

    def read_in(self, data_list) -> None: ...

    def update_program_uniforms(self, camera_uniforms: dict) -> None:
        self.camera = seen_from(camera_uniforms, self.layer.placement())

    def pre_render(self) -> None:
        self.ctx.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND | moderngl.PROGRAM_POINT_SIZE)
        self.blend(premultiplied=False)

    def render(self) -> None:
        self.layer.draw(self)
        # what stock mobjects drawn after this one expect to find
        self.ctx.depth_func, self.ctx.fbo.depth_mask = "<", True
        self.ctx.enable(moderngl.BLEND)
        self.ctx.blend_func = moderngl.DEFAULT_BLENDING

    def blend(self, premultiplied: bool) -> None:
        first = moderngl.ONE if premultiplied else moderngl.SRC_ALPHA
        self.ctx.blend_func = (first, moderngl.ONE_MINUS_SRC_ALPHA, moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA)

    # making things on the GPU, all freed together
    def own(self, thing):
        self.owned.append(thing)
        return thing

    def program(self, name: str) -> moderngl.Program:
        """From NAME.vert and NAME.frag, see `shaders_of`; each may `#include FILE` from the same places."""
        vertex, fragment = (source(f"{name}{suffix}", self.shaders) for suffix in (".vert", ".frag"))
        return self.own(self.ctx.program(vertex_shader=vertex, fragment_shader=fragment))

    def buffer(self, array: np.ndarray, kind: str = "f4") -> moderngl.Buffer:
        return self.own(self.ctx.buffer(np.ascontiguousarray(array, kind).tobytes()))

    def vao(self, program, content, indices=None, strip: bool = False) -> moderngl.VertexArray:
        if indices is not None and not len(indices):
            return Nothing()
        index = None if indices is None else self.buffer(indices, "i4")
        mode = moderngl.TRIANGLE_STRIP if strip else moderngl.TRIANGLES
        return self.own(self.ctx.vertex_array(program, content, index_buffer=index, mode=mode))

    def texture(self, array: np.ndarray, kind: str) -> moderngl.Texture:
        """Rows of `array` (height, width, channels), first row first; kind 'f1' for bytes or 'f4'."""
        height, width, channels = array.shape
        made = self.own(
            self.ctx.texture((width, height), channels, np.ascontiguousarray(array).tobytes(), dtype=kind, alignment=1)
        )
        made.repeat_x = made.repeat_y = False
        return made

    def half_size(self) -> tuple[float, float]:
        _, _, width, height = self.ctx.fbo.viewport
        return (width / 2, height / 2)

    def unit(self) -> float:
        """Pixels that stand for one pixel of a 720 pixel high picture: widths of lines follow it, as text does."""
        half_width, half_height = self.half_size()
        return text_unit(2 * half_width, 2 * half_height) / 720

    def pixels(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where points (..., 3) of the Layer's space are drawn: pixels (..., 2) from the picture's upper left corner,
        and how many times farther than the frame's centre each is from the eye (...), not above 0 behind it."""
        view = np.array(self.camera["view"]).reshape(4, 4).T  # stored by columns
        seen = np.asarray(points, float) @ view[:3, :3].T + view[:3, 3]
        fx, fy, fz = self.camera["frame_rescale_factors"]
        depth = 1 - seen[..., 2] * fz
        with np.errstate(divide="ignore", invalid="ignore"):
            place = seen[..., :2] * [fx, -abs(fy)] / depth[..., None]
        return np.array(self.half_size()) * (1 + place), depth

    def set(self, program: moderngl.Program, **uniforms) -> None:
        """Set those uniforms the program has, the camera's by name and these, where they changed."""
        if program not in self.values:
            self.values[program] = {name: [program[name], None] for name in program}
        known = self.values[program]
        given = {"half_size": self.half_size(), "light": TO_LIGHT, **uniforms}
        for name, uniform in known.items():
            value = given[name] if name in given else self.camera.get(name)
            if value is not None and value != uniform[1]:
                uniform[0].value = uniform[1] = value

    def release(self) -> None:
        for thing in reversed(self.owned):
            thing.release()
        self.owned, self.values = [], {}


class Nothing:
    """Stands for a vertex array without vertices, which GL does not have."""

    def render(self, **_) -> None: ...


class Layer(Mobject):
    """Base of the mobjects here. Subclasses write `make(gpu)`, once for a GL context, and `draw(gpu)`, each frame.

    What `make` sets on `gpu` (a LayerWrapper) is at hand in `draw`.
    """

    panel = ""  # the name of the panel it is part of
    hides = False  # whether it is solid and can hide what is behind it

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self.set_box(-np.ones(3), np.ones(3))  # manimgl draws only what has points

    def set_box(self, low: np.ndarray, high: np.ndarray, placement: np.ndarray | None = None) -> None:
        """What is drawn lies between `low` and `high` (3,), in the Layer's own space, which stands in the scene as
        `placement` (4, 4) says; None is as it is."""
        low, high = np.asarray(low, float) - 1e-3, np.asarray(high, float) + 1e-3
        self.box = np.where(BOX, high, low).astype("f4")
        self.set_points(self.box)
        if placement is not None:
            self.set_points(self.box @ placement[:3, :3].T + placement[:3, 3])

    def placement(self) -> np.ndarray | None:
        """Where the Layer's own space has been moved to: (4, 4), or None where it is the scene's."""
        points = self.get_points()
        if points.shape != self.box.shape or np.array_equal(points, self.box):
            return None
        own, moved = self.box.astype(float), points.astype(float)
        axes = ((moved[EDGES] - moved[0]) / np.diagonal(own[EDGES] - own[0])[:, None]).T
        placed = np.eye(4)
        placed[:3, :3], placed[:3, 3] = axes, moved[0] - axes @ own[0]
        return placed

    def init_shader_wrapper(self, ctx: moderngl.Context) -> None:
        self.shader_wrapper = LayerWrapper(self, ctx)
        self.make(self.shader_wrapper)

    def get_shader_wrapper(self, ctx: moderngl.Context) -> LayerWrapper:
        if self.shader_wrapper is not None and self.shader_wrapper.ctx is not ctx:
            self.shader_wrapper = None
        return super().get_shader_wrapper(ctx)

    def make(self, gpu: LayerWrapper) -> None:
        raise NotImplementedError

    def draw(self, gpu: LayerWrapper) -> None:
        raise NotImplementedError

    def told(self) -> dict[str, list[dict]]:
        """What of it stands on the frame drawn last, as drawn: lists of facts by the names of thalweg/stage/told.py."""
        return {}

    def release(self) -> None:
        if self.shader_wrapper is not None:
            self.shader_wrapper.release()
            self.shader_wrapper = None
            self.note_changed_data()  # scenes keep what they draw: they must ask for the new one


def seen_from(camera: dict, placement: np.ndarray | None) -> dict:
    """manimgl's camera uniforms as a Layer at `placement` finds them in its own space."""
    if placement is None:
        return camera
    view = np.array(camera["view"]).reshape(4, 4).T @ placement  # stored by columns
    size = max(abs(np.linalg.det(placement[:3, :3])) ** (1 / 3), 1e-9)
    back = np.linalg.pinv(placement)
    eye = back @ [*camera["camera_position"], 1.0]
    return {
        **camera,
        "view": tuple(view.T.ravel()),
        "camera_position": tuple(eye[:3]),
        "frame_scale": camera["frame_scale"] / size,
    }
