"""The race in plain manimgl, as its users write it: axes, graph, mesh, spheres, traced paths, text, stock writer."""

from __future__ import annotations

import os
import sys

from race import arguments

GIVEN = arguments()
WIDTH, HEIGHT = GIVEN.size
sys.argv = ["manimgl", "-r", f"{WIDTH}x{HEIGHT}"]  # manimgl reads it while it is imported
NO_DISPLAY = sys.platform.startswith("linux") and not os.environ.get("DISPLAY")
if NO_DISPLAY:
    os.environ["PYGLET_HEADLESS"] = "1"

import moderngl  # noqa: E402
from manimlib import (  # noqa: E402
    BLUE_E,
    DEG,
    DOWN,
    LEFT,
    OUT,
    RIGHT,
    UL,
    UR,
    DecimalNumber,
    Group,
    Integer,
    Sphere,
    SurfaceMesh,
    Text,
    ThreeDAxes,
    ThreeDScene,
    TracedPath,
    ValueTracker,
    VGroup,
    linear,
)

if NO_DISPLAY:  # a user at a desk does not need this: what draws is the same, only no window system is asked for
    moderngl.create_standalone_context = lambda **ignored: moderngl.create_context(standalone=True, backend="egl")

RADIUS = 0.16


class PlainRace(ThreeDScene):
    def construct(self) -> None:
        race = GIVEN.race
        (x0, x1), (y0, y1) = race.domain
        low, high = race.heights
        axes = ThreeDAxes((x0, x1, 0.5), (y0, y1, 0.5), (low, high, 0.25), width=10, height=10, depth=3)
        graph = axes.get_graph(race.loss, color=BLUE_E, opacity=1)
        mesh = SurfaceMesh(graph, resolution=(31, 31), stroke_width=0.5, stroke_opacity=0.4)
        middle = Group(axes, graph, mesh)
        middle.shift(-graph.get_center())
        self.add(axes, graph, mesh)

        time = ValueTracker(0)
        lift = RADIUS * OUT
        for index, color in enumerate(race.colors):
            ball = Sphere(radius=RADIUS, color=color)
            ball.add_updater(lambda m, i=index: m.move_to(axes.c2p(*race.points_at(time.get_value())[i]) + lift))
            self.add(ball, TracedPath(ball.get_center, stroke_color=color, stroke_width=4))

        self.add(*self.overlays(race, time))
        self.frame.reorient(race.theta, race.phi, height=11.5)
        self.frame.add_ambient_rotation(race.orbit * DEG)
        self.play(time.animate.set_value(race.seconds), run_time=race.seconds, rate_func=linear)

    def overlays(self, race, time) -> list:
        """Title, legend with live losses, step counter: fixed in the frame."""
        title = Text(race.title, font_size=36).to_corner(UL)
        rows = VGroup()
        for index, (label, details, color) in enumerate(zip(race.labels, race.details, race.colors, strict=True)):
            words = Text(f"{label}  {details}", font_size=22).set_color(color)
            value = DecimalNumber(0, num_decimal_places=3, font_size=22, color=color)
            value.add_updater(lambda m, i=index: m.set_value(race.points_at(time.get_value())[i, 2]))
            rows.add(VGroup(words, value.next_to(words, RIGHT)))
        rows.arrange(DOWN, aligned_edge=LEFT).next_to(title, DOWN)
        rows.align_to(title, LEFT)
        counter = Integer(0, font_size=36).to_corner(UR)
        counter.add_updater(lambda m: m.set_value(race.step_at(time.get_value())))
        for mobject in (title, rows, counter):
            mobject.fix_in_frame()
        return [title, rows, counter]


if __name__ == "__main__":
    PlainRace(
        camera_config={"resolution": GIVEN.size, "fps": GIVEN.fps, "background_color": GIVEN.race.background},
        file_writer_config={
            "write_to_movie": True,
            "output_directory": str(GIVEN.out.parent),
            "file_name": GIVEN.out.stem,
            "quiet": True,
        },
    ).run()
