"""Shared by the tests of plugins: registries as they were before, and a scene of one colour."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import thalweg.spec.plugins as plugins
from thalweg.calculus import SURFACES
from thalweg.engine import OPTIMIZERS
from thalweg.film import SCENES
from thalweg.registry import ELSEWHERE

WORDS = 'WORD = "how green it is"\n'
OPTIONS = """
from __future__ import annotations
from dataclasses import dataclass
from typing import ClassVar
from thalweg.film.options import SceneOptions
from thalweg.film.sections import Look
from thalweg.registry import parameter
from thalweg.scenes.my_flood.words import WORD

@dataclass(frozen=True)
class FloodStyle(Look):
    red: float = parameter(1.0, low=0, high=1)

@dataclass(frozen=True)
class FloodOptions(SceneOptions):
    summary: ClassVar[str] = "one colour"
    style = FloodStyle
    green: float = parameter(0.5, low=0, high=1, doc=WORD)
"""
SCENE = """
from thalweg.mobjects.layer import QUAD, Layer
from thalweg.scenes.my_flood.words import WORD
from thalweg.stage.film_scene import FilmScene

class Water(Layer):
    def make(self, gpu):
        gpu.flood = gpu.program("flood")
        gpu.all = gpu.vao(gpu.flood, [(gpu.buffer(QUAD), "2f", "corner")], strip=True)

    def draw(self, gpu):
        gpu.set(gpu.flood, paint=self.paint)
        gpu.all.render()

class Flood(FilmScene):
    def stage(self, shot, trajectories):
        self.duration = shot.video.seconds
        self.water, self.start = Water(), (shot.style.red, shot.options.green)
        self.add(self.water)

    def pose(self, seconds):
        self.water.paint = (*self.start, seconds / self.duration, 1.0)
"""
SHADERS = {
    "flood.vert": "#version 330\nin vec2 corner;\nvoid main() { gl_Position = vec4(2 * corner - 1, 0, 1); }\n",
    "flood.frag": "#version 330\n#include out.glsl\nvoid main() { frag = color(); }\n",
    "out.glsl": "uniform vec4 paint;\nout vec4 frag;\nvec4 color() { return paint; }\n",
}
FLOOD = """\
plugins: [my_flood]
scene: {kind: my_flood, green: 0.4}
style: {red: 0.8}
video: {resolution: 128x72, fps: 30, seconds: 7}
"""
RED, GREEN = 204, 102  # 0.8 and 0.4 of 255


@contextmanager
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No plugins yet, no trust, and none left afterwards."""
    monkeypatch.setenv(plugins.TRUST, "0")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)  # as where users are
    monkeypatch.setattr(plugins, "_loaded", {})
    monkeypatch.setattr(plugins, "_given", [])
    monkeypatch.setattr(ELSEWHERE, "places", {})
    for registry in (OPTIMIZERS, SURFACES, SCENES):
        monkeypatch.setattr(registry, "_added", {})
        monkeypatch.setattr(registry, "_loaded", dict(registry._loaded))  # type: ignore[attr-defined]
    before = set(sys.modules)
    yield
    for module in [*ELSEWHERE.places, "thalweg.plugins"]:
        for name in set(ELSEWHERE.loaded(module)) - before:
            del sys.modules[name]


def write_flood(folder: Path) -> Path:
    """A scene of its own in `folder`/my_flood; the film of it."""
    (folder / "my_flood" / "shaders").mkdir(parents=True)
    for name, text in {"options.py": OPTIONS, "scene.py": SCENE, "words.py": WORDS}.items():
        (folder / "my_flood" / name).write_text(text, encoding="utf-8")
    for name, text in SHADERS.items():
        (folder / "my_flood" / "shaders" / name).write_text(text, encoding="utf-8")
    (folder / "film.yaml").write_text(FLOOD, encoding="utf-8")
    return folder / "film.yaml"
