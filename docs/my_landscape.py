"""A scene of your own: .venv/bin/manimgl docs/my_landscape.py MyLandscape"""

from manimlib import BLUE_B, OUT, RIGHT, UL, UP, YELLOW, Circle, FadeIn, ShowCreation, Sphere, Text, ThreeDScene, linear

from thalweg import OPTIMIZERS, SURFACES, roll
from thalweg.mobjects import Ball, LossSurface, Trail


class MyLandscape(ThreeDScene):
    def construct(self):
        himmelblau = SURFACES["himmelblau"]()
        way = roll(OPTIMIZERS["momentum"](lr=0.004), himmelblau, (-0.4, 4.2), 50).positions[0]
        landscape = LossSurface(himmelblau)
        trail, ball = Trail(landscape, way).set_now(0), Ball(landscape, way[0])
        moon = Sphere(radius=0.8, color=BLUE_B, resolution=(41, 21)).move_to(2.5 * RIGHT + 0.5 * OUT)
        title = Text("Momentum on Himmelblau's function", font_size=36).to_corner(UL).fix_in_frame()
        self.camera.background_rgba = [0.04, 0.05, 0.08, 1.0]
        self.frame.reorient(-30, 60).set_height(11.5)
        self.add(landscape, trail, moon, ball, title)
        self.play(FadeIn(ball, shift=0.5 * UP))
        for step, point in enumerate(way[1:], start=1):
            grown = trail.animate.set_now(step / 50)
            self.play(ball.animate.move_to_point(point), grown, run_time=0.1, rate_func=linear)
        self.play(ShowCreation(Circle(radius=0.9, stroke_color=YELLOW).move_to(ball)))
