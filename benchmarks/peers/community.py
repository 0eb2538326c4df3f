"""The race in Manim Community, as its users write it: ThreeDScene, plot_surface, Dot3D, TracedPath, its own writer."""

from __future__ import annotations

from manim import (
    DEGREES,
    DOWN,
    LEFT,
    OUT,
    RIGHT,
    UL,
    UR,
    DecimalNumber,
    Dot3D,
    Integer,
    ManimColor,
    Text,
    ThreeDAxes,
    ThreeDScene,
    TracedPath,
    ValueTracker,
    VGroup,
    config,
    linear,
)
from race import arguments

GIVEN = arguments()
RADIUS = 0.16
RAMP = [ManimColor(color) for color in ("#10163F", "#14618A", "#1F8F9B", "#93CBA0")]


class CommunityRace(ThreeDScene):
    def construct(self) -> None:
        race = GIVEN.race
        (x0, x1), (y0, y1) = race.domain
        low, high = race.heights
        axes = ThreeDAxes((x0, x1, 0.5), (y0, y1, 0.5), (low, high, 0.25), x_length=6, y_length=6, z_length=2)
        surface = axes.plot_surface(
            race.loss,
            u_range=(x0, x1),
            v_range=(y0, y1),
            resolution=(31, 31),
            colorscale=RAMP,
            fill_opacity=1,
        )
        self.add(axes, surface)

        time = ValueTracker(0)
        lift = RADIUS * OUT
        for index, color in enumerate(race.colors):
            ball = Dot3D(radius=RADIUS, color=color)
            ball.add_updater(lambda m, i=index: m.move_to(axes.c2p(*race.points_at(time.get_value())[i]) + lift))
            self.add(ball, TracedPath(ball.get_center, stroke_color=color, stroke_width=4))

        overlays = self.overlays(race, time)
        self.add_fixed_in_frame_mobjects(*overlays)
        turned = 0 if GIVEN.renderer == "opengl" else -90
        self.set_camera_orientation(phi=race.phi * DEGREES, theta=(race.theta + turned) * DEGREES)
        self.begin_ambient_camera_rotation(rate=race.orbit * DEGREES)
        self.play(time.animate.set_value(race.seconds), run_time=race.seconds, rate_func=linear)

    def overlays(self, race, time) -> list:
        """Title, legend with live losses, step counter; digits as Text, since no LaTeX is needed for that."""
        title = Text(race.title, font_size=32).to_corner(UL)
        rows = VGroup()
        for index, (label, details, color) in enumerate(zip(race.labels, race.details, race.colors, strict=True)):
            words = Text(f"{label}  {details}", font_size=20, color=color)
            value = DecimalNumber(0, num_decimal_places=3, mob_class=Text, font_size=20, color=color)
            value.add_updater(lambda m, i=index: self.keep(m.set_value(race.points_at(time.get_value())[i, 2])))
            rows.add(VGroup(words, value.next_to(words, RIGHT)))
        rows.arrange(DOWN, aligned_edge=LEFT).next_to(title, DOWN).align_to(title, LEFT)
        counter = Integer(0, mob_class=Text, font_size=32).to_corner(UR)
        counter.add_updater(lambda m: self.keep(m.set_value(race.step_at(time.get_value())).to_corner(UR)))
        return [title, rows, counter]

    def keep(self, number) -> None:
        """New digits are new mobjects, which the Cairo camera must be told to leave flat."""
        if GIVEN.renderer == "cairo":
            self.camera.add_fixed_in_frame_mobjects(number)


if __name__ == "__main__":
    config.renderer = GIVEN.renderer
    config.pixel_width, config.pixel_height = GIVEN.size
    config.frame_rate = GIVEN.fps
    config.background_color = GIVEN.race.background
    config.media_dir = str(GIVEN.out.parent / "media")
    config.output_file = str(GIVEN.out)
    config.write_to_movie, config.disable_caching, config.verbosity, config.progress_bar = True, True, "ERROR", "none"
    CommunityRace().render()
