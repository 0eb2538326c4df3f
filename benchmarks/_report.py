"""The figures as tables of Markdown, readable on a terminal as they are."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from benchmarks._measure import Speed

GOALS = {"1280x720": 20, "1920x1080": 16}
FLOOR_GOAL, START_GOAL, QUALITY_GOAL, MEMORY_GOAL = 1.4, 2.5, 43, 1.1
PLAIN, OURS, FLOOR = "plain manimgl", "Thalweg", "floor"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [[*head], ["-" * width for width in widths], *rows]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
                     for line in lines)


def judged(value: float, goal: float, words: str, least: bool) -> str:
    """A figure beside its goal."""
    met = value >= goal if least else value <= goal
    return f"{words} (goal {'at least' if least else 'at most'} {goal:g}: {'met' if met else 'missed'})"


def rates(speeds: dict[str, list[Speed]], faults: dict[str, str], words: dict[str, str]) -> str:
    """Frames/s of everyone in every round, CPU a frame, start-up, and how many times faster we are."""
    ours = mean(speed.rate for speed in speeds[OURS]) if OURS in speeds else None
    rows = []
    for name in words:
        found = speeds.get(name, [])
        if not found:
            if name in faults:
                rows.append([name, "-", "-", "-", "-", "-", faults[name]])
            continue
        rate = mean(speed.rate for speed in found)
        ratio = f"{ours / rate:.1f}" if ours and name != OURS else "-"
        rows.append([
            name, ", ".join(f"{speed.rate:.3g}" for speed in found), f"{1000 / rate:.1f}",
            f"{mean(speed.cpu for speed in found):.0f}", f"{mean(speed.start for speed in found):.1f}", ratio,
            f"{words[name]}; films of {found[0].frames[0]} and {found[0].frames[1]} frames"
            + (f"; then: {faults[name]}" if name in faults else ""),
        ])
    head = ["", "frames/s, each round", "ms a frame", "CPU ms a frame", "start-up s", "Thalweg is faster by", "how"]
    return table(head, rows)


def goals(size: str, speeds: dict[str, list[Speed]]) -> list[str]:
    """Lines on the two ratios that matter, with what drift between the rounds could make of them."""
    lines = []
    if OURS not in speeds:
        return lines
    ours = [speed.rate for speed in speeds[OURS]]
    if PLAIN in speeds:
        plain = [speed.rate for speed in speeds[PLAIN]]
        ratio = mean(ours) / mean(plain)
        spread = f"{min(ours) / max(plain):.1f} to {max(ours) / min(plain):.1f} over the rounds"
        words = f"Thalweg / plain manimgl: {ratio:.1f} times, {spread}"
        lines.append(judged(ratio, GOALS[size], words, least=True) if size in GOALS else words)
    if FLOOR in speeds:
        ratio = mean(speed.rate for speed in speeds[FLOOR]) / mean(ours)
        lines.append(judged(ratio, FLOOR_GOAL, f"time of Thalweg / floor: {ratio:.2f}", least=False))
    return lines


def parts(found: dict[str, Sequence[float]]) -> str:
    rows = [[part, f"{wall:.1f}", f"{cpu:.1f}"] for part, (wall, cpu) in found.items()]
    total = [sum(values[index] for values in found.values()) for index in (0, 1)]
    head = ["part, alone in one process", "ms a frame", "CPU ms a frame"]
    return table(head, [*rows, ["sum", *(f"{value:.1f}" for value in total)]])


def quality(name: str, found: dict[str, float]) -> str:
    words = (f"{name}: film against frames as drawn {found['mean']:.1f} dB, worst frame {found['worst']:.1f} dB, "
             f"{found['frames']} frames compared")
    return judged(found["mean"], QUALITY_GOAL, words, least=True)


def memory(peaks: dict[float, int]) -> str:
    (short, less), (long, more) = sorted(peaks.items())
    words = (f"peak memory of all processes: {less / 1e6:.0f} MB for a film of {short:g} s, {more / 1e6:.0f} MB for "
             f"{long:g} s, ratio {more / less:.2f}")
    return judged(more / less, MEMORY_GOAL, words, least=False)
