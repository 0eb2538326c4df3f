"""Chunks of a film: where they begin, who takes which, how they become one film again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenes_help import decoded
from thalweg.stage.chunks import Chunks, chunk_bounds
from thalweg.stage.errors import MachineError
from thalweg.stage.join import join
from thalweg.stage.writer import FilmWriter

SIZE, FPS, LENGTHS = (64, 48), 24, (17, 16, 17)


@given(st.integers(1, 10**5))
def test_chunks_cover_the_film_evenly(frames):
    bounds = chunk_bounds(frames)
    lengths = [stop - start for start, stop in bounds]
    assert [start for start, _ in bounds[1:]] == [stop for _, stop in bounds[:-1]]
    assert bounds[0][0] == 0 and bounds[-1][1] == frames
    assert max(lengths) - min(lengths) <= 1 and max(lengths) <= 90
    assert len(bounds) <= 2 or len(bounds) % 4 == 0 and min(lengths) >= 30


def test_every_chunk_is_taken_once(tmp_path):
    one, two = Chunks(tmp_path, 450, ".mp4"), Chunks(tmp_path, 450, ".mp4")
    one.part(3).touch()
    one.finish(3)
    first, second = one.take(), two.take()
    taken = [next(first), next(second), next(second), next(first)]
    one.finish(taken[0])
    assert sorted([*taken, *first, *second]) == [0, 1, 2, 4, 5, 6, 7]
    assert two.finished() == sum(stop - start for start, stop in (two.bounds[0], two.bounds[3]))


def pictures(transparent: bool) -> np.ndarray:
    """50 frames of a bright block that moves, alpha premultiplied."""
    frames = np.zeros((sum(LENGTHS), SIZE[1], SIZE[0], 4), "u1")
    frames[..., 3] = 0 if transparent else 255
    for k, frame in enumerate(frames):
        frame[10:26, k // 2 : k // 2 + 16] = [40 + 4 * k, 200 - 3 * k, 90, 255]
    return frames


def chunk_files(folder: Path, suffix: str, transparent: bool) -> list[tuple[Path, int]]:
    frames, files = pictures(transparent), []
    for number, (start, length) in enumerate(zip(np.cumsum((0, *LENGTHS)), LENGTHS, strict=False)):
        files.append((folder / f"{number}{suffix}", length))
        with FilmWriter(files[-1][0], SIZE, FPS, transparent=transparent, threads=1) as film:
            for frame in frames[start : start + length]:
                film.add(frame)
    return files


KINDS = [(".mp4", False), (".mov", False), (".webm", False), (".mov", True), (".webm", True)]


@pytest.mark.parametrize(("suffix", "transparent"), KINDS)
def test_joined_chunks_are_the_film(suffix, transparent, tmp_path):
    files = chunk_files(tmp_path, suffix, transparent)
    film = tmp_path / f"film{suffix}"
    join(files, film, suffix, SIZE, FPS, {"title": "Täler", "comment": "{}"})
    reading = ("rgba", "libvpx-vp9" if suffix == ".webm" else "")
    whole = decoded(film, *reading)
    assert np.array_equal(whole, np.concatenate([decoded(file, *reading) for file, _ in files]))
    assert (np.unique(whole[..., 3]).tolist() != [255]) == transparent
    with av.open(str(film)) as container, av.open(str(files[0][0])) as chunk:
        stream, context = container.streams.video[0], container.streams.video[0].codec_context
        assert (context.color_range, context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1, 1)
        assert context.pix_fmt == chunk.streams.video[0].codec_context.pix_fmt
        assert context.codec_tag == chunk.streams.video[0].codec_context.codec_tag
        assert stream.average_rate == FPS and container.duration == pytest.approx(50 / FPS * 1e6, abs=1e3)
        assert {key.lower(): value for key, value in container.metadata.items()}["title"] == "Täler"
        packets = [packet for packet in container.demux(stream) if packet.size]
    decoding = [packet.dts for packet in packets]
    assert decoding == sorted(set(decoding)) and all(packet.dts <= packet.pts for packet in packets)
    shown = sorted(float(packet.pts * packet.time_base) for packet in packets)
    assert shown == pytest.approx(np.arange(50) / FPS, abs=1e-9 if suffix != ".webm" else 6e-4)
    assert [number for number, packet in enumerate(packets) if packet.is_keyframe][:1] == [0]


def test_a_film_starts_fast(tmp_path):
    film = tmp_path / "film.mp4"
    join(chunk_files(tmp_path, ".mp4", False), film, ".mp4", SIZE, FPS, {})
    data = film.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_a_gif_has_every_frame_in_one_palette(tmp_path):
    film = tmp_path / "film.gif"
    join(chunk_files(tmp_path, ".mkv", False), film, ".gif", SIZE, 20, {})
    frames = decoded(film)
    assert frames.shape == (50, SIZE[1], SIZE[0], 3)
    assert np.abs(frames.astype(int) - pictures(False)[..., :3]).mean() < 1


def test_what_is_kept_for_a_gif_is_exact(tmp_path):
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (5, SIZE[1], SIZE[0], 4), "u1")
    frames[..., 3] = 255
    with FilmWriter(tmp_path / "kept.mkv", SIZE, FPS) as film:
        for frame in frames:
            film.add(frame)
    assert np.array_equal(decoded(tmp_path / "kept.mkv", "rgba"), frames)


def test_a_damaged_chunk_is_said(tmp_path):
    files = chunk_files(tmp_path, ".mp4", False)
    with pytest.raises(MachineError, match="damaged"):
        join([files[0], (files[1][0], 20)], tmp_path / "film.mp4", ".mp4", SIZE, FPS, {})


ENCODE = """
import hashlib, sys
from pathlib import Path
import numpy as np
from thalweg.stage.writer import FilmWriter
y, x = np.mgrid[:96, :322]
for suffix, transparent in ((".mp4", False), (".webm", False), (".mkv", False), (".mov", True)):
    place = Path(sys.argv[1] + suffix)
    with FilmWriter(place, (322, 96), 30, transparent=transparent, threads=1) as film:
        for k in range(12):
            wave = 127 + 100 * np.sin((x + y) / 30 + k / 7)
            film.add(np.stack([x + 3 * k, 2 * y + k, wave, np.full_like(x, 255)], axis=-1).astype("u1"))
    print(suffix, hashlib.sha256(place.read_bytes()).hexdigest())
"""


def test_no_byte_depends_on_what_the_memory_held(tmp_path):
    told = set()
    for left in ("0", "90", "170"):  # glibc fills with it what it hands out
        run = [sys.executable, "-c", ENCODE, str(tmp_path / left)]
        told.add(
            subprocess.run(
                run,
                env={**os.environ, "MALLOC_PERTURB_": left},
                check=True,
                text=True,
                capture_output=True,
                timeout=100,
            ).stdout
        )
    assert len(told) == 1, told
