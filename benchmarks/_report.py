"""The figures as tables of Markdown, readable on a terminal as they are."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, median

from benchmarks._measure import Speed

GOALS = {"1280x720": 20, "1920x1080": 16}
BUSY = 0.2  # cores
FLOOR_GOAL, START_GOAL, QUALITY_GOAL, MEMORY_GOAL = 1.4, 2.5, 43, 1.1
PLAIN, OURS, FLOOR = "plain manimgl", "Thalweg", "floor"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [[*head], ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )


def rate_of(rounds: Sequence[Speed]) -> float:
    """Frames/s of several rounds: of their mean time a frame."""
    return 1 / mean(1 / speed.rate for speed in rounds)


def judged(value: float, goal: float, words: str, least: bool, busy: bool = False) -> str:
    """A figure beside its goal; a figure of time is not judged where others used the machine meanwhile."""
    met = value >= goal if least else value <= goal
    verdict = "not judged, the machine was busy" if busy else "met" if met else "missed"
    return f"{words} (goal {'at least' if least else 'at most'} {goal:g}: {verdict})"


def others(speeds: dict[str, list[Speed]]) -> float:
    """Cores that others kept busy, in the worst round."""
    return max((speed.others for rounds in speeds.values() for speed in rounds), default=0.0)


def rates(speeds: dict[str, list[Speed]], faults: dict[str, str], words: dict[str, str]) -> str:
    """Frames/s of everyone in every round, CPU a frame, start-up, and how many times faster we are."""
    head = [
        "",
        "frames/s, each round",
        "ms a frame",
        "CPU ms a frame",
        "start-up s",
        "Thalweg is faster by",
        "with less CPU by",
        "how",
    ]
    rows = []
    for name in words:
        found, fault = speeds.get(name, []), faults.get(name)
        if found:
            rows.append(row(name, found, speeds.get(OURS, []), words[name], fault))
        elif fault:
            rows.append([name, *["-"] * 6, fault])
    return table(head, rows)


def row(name: str, found: Sequence[Speed], ours: Sequence[Speed], words: str, fault: str | None) -> list[str]:
    short, long = found[0].frames
    words = f"{words}; films of {short} and {long} frames" + (f"; one round: {fault}" if fault else "")
    rate, cpu = rate_of(found), mean(speed.cpu for speed in found)
    faster = less = "-"
    if ours and name != OURS:
        faster, less = f"{rate_of(ours) / rate:.1f}", f"{cpu / mean(speed.cpu for speed in ours):.1f}"
    start = min(speed.start for speed in found)
    each = ", ".join(f"{speed.rate:.3g}" for speed in found)
    return [name, each, f"{1000 / rate:.1f}", f"{cpu:.0f}", f"{start:.1f}", faster, less, words]


def goals(size: str, speeds: dict[str, list[Speed]]) -> list[str]:
    """Lines on the two ratios that matter, with what drift between the rounds could make of them."""
    lines, busy = [], others(speeds) > BUSY
    lines.append(
        f"others kept {others(speeds):.1f} cores busy in the worst round"
        + (": figures of time are not to be trusted" if busy else "")
    )
    if OURS not in speeds:
        return lines
    ours = [speed.rate for speed in speeds[OURS]]
    if PLAIN in speeds:
        plain = [speed.rate for speed in speeds[PLAIN]]
        ratio = rate_of(speeds[OURS]) / rate_of(speeds[PLAIN])
        spread = f"{min(ours) / max(plain):.1f} to {max(ours) / min(plain):.1f} over the rounds"
        words = f"Thalweg / plain manimgl: {ratio:.1f} times, {spread}"
        lines.append(judged(ratio, GOALS[size], words, least=True, busy=busy) if size in GOALS else words)
    if FLOOR in speeds:
        ratio, cpu = (
            median(map(of, speeds[OURS])) / median(map(of, speeds[FLOOR]))
            for of in (lambda speed: 1 / speed.rate, lambda speed: speed.cpu)
        )
        words = f"time of Thalweg / floor: {ratio:.2f} by medians of {len(speeds[FLOOR])} rounds, by CPU {cpu:.2f}"
        lines.append(judged(ratio, FLOOR_GOAL, words, least=False, busy=busy))
    return lines


def parts(found: dict[str, Sequence[float]]) -> str:
    rows = [[part, f"{wall:.1f}", f"{cpu:.1f}"] for part, (wall, cpu) in found.items()]
    total = [sum(values[index] for values in found.values()) for index in (0, 1)]
    head = ["part, alone in one process", "ms a frame", "CPU ms a frame"]
    return table(head, [*rows, ["sum", *(f"{value:.1f}" for value in total)]])


def quality(name: str, found: dict[str, float]) -> str:
    words = (
        f"{name}: film against frames as drawn, {found['frames']} compared: {found['planes']:.1f} dB of Y, U, V, "
        f"worst frame {found['worst']:.1f} dB; {found['rgb']:.1f} dB of R, G, B, where the halved chroma of "
        f"yuv420p alone leaves {found['limit']:.1f} dB; Y, U, V"
    )
    return judged(found["planes"], QUALITY_GOAL, words, least=True)


def memory(peaks: dict[float, int]) -> str:
    (short, less), (long, more) = sorted(peaks.items())
    words = (
        f"peak memory of all processes: {less / 1e6:.0f} MB for a film of {short:g} s, {more / 1e6:.0f} MB for "
        f"{long:g} s, ratio {more / less:.2f}"
    )
    return judged(more / less, MEMORY_GOAL, words, least=False)
