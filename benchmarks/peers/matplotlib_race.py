"""The race in matplotlib, as its users write it: plot_surface, markers, lines, legend, FuncAnimation and its writer."""

from __future__ import annotations

import shutil

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter  # noqa: E402
from race import arguments  # noqa: E402

DPI = 100


def draw(race, size: tuple[int, int], fps: int) -> FuncAnimation:
    """The animation of the whole film."""
    plt.style.use("dark_background")
    figure = plt.figure(figsize=(size[0] / DPI, size[1] / DPI), dpi=DPI, facecolor=race.background)
    axes = figure.add_subplot(projection="3d", computed_zorder=False, facecolor=race.background)
    axes.set_title(race.title)
    x, y = np.meshgrid(*(np.linspace(low, high, 81) for low, high in race.domain))
    axes.plot_surface(x, y, race.loss(x, y), cmap="viridis", alpha=0.9)
    lines, balls, values = [], [], []
    for label, color in zip(race.labels, race.colors, strict=True):
        lines.append(axes.plot([], [], [], color=color, lw=2)[0])
        balls.append(axes.plot([], [], [], "o", color=color, ms=9, label=label)[0])
    legend = axes.legend(loc="upper left", bbox_to_anchor=(-0.35, 1.0))
    values = legend.get_texts()
    counter = axes.text2D(1.1, 0.95, "", transform=axes.transAxes, fontsize=16)

    def frame(index: int) -> list:
        seconds = index / fps
        for i, trail in enumerate(race.trails_at(seconds)):
            lines[i].set_data_3d(*trail.T)
            balls[i].set_data_3d(*trail[-1:].T)
            values[i].set_text(f"{race.labels[i]}  {race.details[i]}  {trail[-1, 2]:.3f}")
        counter.set_text(f"step {int(race.step_at(seconds))}")
        axes.view_init(elev=90 - race.phi, azim=race.theta - 90 + race.orbit * seconds)
        return [*lines, *balls, *values, counter]

    return FuncAnimation(figure, frame, frames=round(race.seconds * fps), interval=1000 / fps)


if __name__ == "__main__":
    given = arguments()
    animation = draw(given.race, given.size, given.fps)
    if shutil.which("ffmpeg"):
        animation.save(given.out, writer=FFMpegWriter(fps=given.fps), dpi=DPI)
    else:
        animation.save(given.out.with_suffix(".gif"), writer=PillowWriter(fps=given.fps), dpi=DPI)
