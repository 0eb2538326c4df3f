"""The floor: what no film of a lit surface can go below. As render.py, but the scene is a bare ramp with its light.

    .venv/bin/python -m benchmarks.floor boss_fight -o floor.mp4

The same camera, size, clock, read-back, encoder, processes and overlap as render.py; no lines, text, balls or trails.
The scene is exchanged where this module is imported, so that processes which import the main module draw it as well.
"""

from __future__ import annotations

import sys

import moderngl

from thalweg import mobjects  # noqa: F401  (boots manimgl first)
from thalweg.mobjects.layer import source
from thalweg.mobjects.loss_surface import LossSurface
from thalweg.stage import reel, render

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
        program = gpu.ctx.program(vertex_shader=source("surface.vert"), fragment_shader=FRAGMENT)
        gpu.surface, vertices = gpu.own(program), gpu.buffer(self.mesh.vertices)
        gpu.mesh = gpu.vao(gpu.surface, [(vertices, "3f 3f", "point", "normal")], self.mesh.triangles)

    def draw(self, gpu) -> None:
        gpu.baked.use(0)
        gpu.ctx.disable(moderngl.BLEND)
        gpu.set(gpu.surface, plate=self.plate, baked=0)
        gpu.mesh.render()


def make_bare_scene(shot, trajectories, *rest, **options):
    """The shot's own scene, staged as ever, with a bare surface instead of everything it shows."""
    scene = make_scene(shot, trajectories, *rest, **options)
    bare = BareSurface(shot.surface, scene.display, shot.style.ramp)
    scene.remove(*[mobject for mobject in scene.mobjects if mobject is not scene.frame])
    scene.add(bare)
    scene.pose = lambda seconds: scene.look(scene.camera_path.at(seconds, scene.display.to_plate, scene.middle_of_room))
    return scene


def floor_key(*given) -> str:
    """What is kept of a floor that was cut off must never be taken for a part of the film."""
    return film_key(*given, "floor")


make_scene, reel.make_scene = reel.make_scene, make_bare_scene
film_key, render.film_key = render.film_key, floor_key

if __name__ == "__main__":
    from thalweg.cli.main import main

    sys.exit(main())
