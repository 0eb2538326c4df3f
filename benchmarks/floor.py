"""The floor: what no film of a lit surface can go below. As render.py, but the scene is a bare ramp with its light.

    .venv/bin/python -m benchmarks.floor boss_fight -o floor.mp4

The same camera, size, clock, read-back, processes and overlap as render.py; no lines, text, balls or trails. Its
shader, mesh and encoder stand here in full, as Thalweg's were in November 2026: what makes Thalweg's own quicker must
not move the mark it is measured by. The scene is exchanged where this module is imported, so that processes which
import the main module draw it as well.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import moderngl
import numpy as np

from thalweg import mobjects  # noqa: F401  (boots manimgl first)
from thalweg.mobjects.loss_surface import LossSurface
from thalweg.stage import reel, render
from thalweg.stage.formats import FORMATS

ENCODER = {
    "crf": "17",
    "preset": "superfast",
    "x264-params": "mbtree=1:rc-lookahead=10:bframes=3:b-adapt=0:cpu-independent=1:log-level=none",
}
MESH = 81  # points a side
VERTEX = """#version 330
uniform mat4 view;
uniform vec3 frame_rescale_factors;
uniform vec3 camera_position;
uniform vec3 light;
uniform vec4 plate;
in vec3 point;
in vec3 normal;
out vec2 v_uv;
out vec2 v_light;
void main() {
    vec3 to_eye = normalize(camera_position - point);
    float side = dot(normal, to_eye);
    vec3 facing = side < 0.0 ? -normal : normal;
    float shine = pow(max(dot(facing, normalize(light + to_eye)), 0.0), 36.0);
    float brightness = 1.0 - 0.45 * clamp(0.5 - side * 40.0, 0.0, 1.0);
    v_light = vec2(brightness, 0.16 * shine * brightness);
    v_uv = point.xy * plate.zw + plate.xy;
    vec4 r = view * vec4(point, 1.0);
    r.xyz *= frame_rescale_factors;
    r.w = 1.0 - r.z;
    r.z *= -0.1;
    gl_Position = r;
}
"""
FRAGMENT = """#version 330
uniform sampler2D baked;
in vec2 v_uv;
in vec2 v_light;
out vec4 frag_color;
void main() {
    frag_color = vec4(texture(baked, v_uv).rgb * v_light.x + v_light.y, 1.0);
}
"""


class BareSurface(LossSurface):
    """Ramp and light; nothing on it and nothing around it."""

    def make(self, gpu) -> None:
        gpu.baked = gpu.texture((self._bake() * 255 + 0.5).astype("u1"), "f1")
        gpu.surface = gpu.own(gpu.ctx.program(vertex_shader=VERTEX, fragment_shader=FRAGMENT))
        grid = self.display.grid(MESH)
        vertices = np.concatenate([self.display.to_world(grid), self.display.normal(grid)], axis=-1).reshape(-1, 6)
        corner = np.arange(MESH * MESH).reshape(MESH, MESH)
        a, b, c, d = corner[:-1, :-1], corner[1:, :-1], corner[:-1, 1:], corner[1:, 1:]
        triangles = np.stack([a, b, c, c, b, d], axis=-1).reshape(-1, 3)
        gpu.mesh = gpu.vao(gpu.surface, [(gpu.buffer(vertices), "3f 3f", "point", "normal")], triangles)

    def draw(self, gpu) -> None:
        gpu.baked.use(0)
        gpu.ctx.disable(moderngl.BLEND)
        gpu.set(gpu.surface, plate=self.plate, baked=0, shine=0.16)
        gpu.mesh.render()


def make_bare_scene(shot, trajectories, *rest, **options):
    """The shot's own scene, staged as ever, with a bare surface instead of everything it shows."""
    scene = make_scene(shot, trajectories, *rest, **options)
    bare = BareSurface(shot.surface, scene.display, shot.style.ramp)
    scene.remove(*[mobject for mobject in scene.mobjects if mobject is not scene.frame])
    scene.add(bare)
    scene.pose = lambda seconds: scene.look(scene.aim.at(seconds))
    return scene


def floor_key(*given) -> str:
    """What is kept of a floor that was cut off must never be taken for a part of the film."""
    return film_key(*given, "floor")


make_scene, reel.make_scene = reel.make_scene, make_bare_scene
film_key, render.film_key = render.film_key, floor_key
FORMATS[".mp4"] = replace(FORMATS[".mp4"], options=ENCODER)

if __name__ == "__main__":
    from thalweg.cli.main import main

    sys.exit(main())
