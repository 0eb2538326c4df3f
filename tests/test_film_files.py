"""The files that are made: what is in them, how true they are to the frames as drawn."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from tests.scenes_help import FILM, decoded, decoded_planes, film, planes, staged
from thalweg.film.clock import OutsideFilm
from thalweg.film.moments import LAST, Moment
from thalweg.stage.pictures import frame_pixels
from thalweg.stage.reel import Reel
from thalweg.stage.render import render_film, render_frames, render_still
from thalweg.version import VERSION

SHAPE = (180, 320)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return film(FILM, folder=tmp_path_factory.mktemp("film"))


@pytest.fixture(scope="module")
def rolled(small):
    return small.roll()


@pytest.fixture(scope="module")
def drawn(small):
    """The frames as drawn, (20, 180, 320, 3)."""
    scene = staged(small.shot)
    frames = np.stack([frame_pixels(scene, index)[..., :3] for index in range(scene.frames)])
    scene.release()
    return frames


@pytest.fixture(scope="module", params=[".mp4", ".mov", ".webm"])
def file(request, small, rolled, tmp_path_factory):
    path, told = tmp_path_factory.mktemp("out") / f"film{request.param}", []
    render_film(small, rolled, path, lambda done, total: told.append((done, total)))
    assert told == [(k, 20) for k in range(1, 21)]
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    return path


def test_codec_size_rate_and_length(file):
    with av.open(str(file)) as container:
        stream = container.streams.video[0]
        codec = {".mp4": "h264", ".mov": "h264", ".webm": "vp9"}[file.suffix]
        assert stream.codec_context.name.replace("libvpx-", "") == codec and stream.codec_context.pix_fmt == "yuv420p"
        assert (stream.codec_context.height, stream.codec_context.width) == SHAPE and stream.average_rate == 10
        assert len(container.streams) == 1
        times = [float(frame.pts * frame.time_base) for frame in container.decode(stream)]
        assert times == pytest.approx(np.arange(20) / 10, abs=2e-3)
        assert container.duration / av.time_base == pytest.approx(2.0, abs=0.002)


def test_colours_are_tagged_bt709_limited(file):
    with av.open(str(file)) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_range) == (1, 1)
        if file.suffix != ".webm":  # which may name the matrix alone
            assert (context.color_primaries, context.color_trc) == (1, 1)
        frame = next(container.decode(video=0))
        assert (frame.colorspace, frame.color_range) == (1, 1)


def test_the_film_is_true_to_the_frames_as_drawn(file, drawn):
    (luma, chroma), (shown, shown_chroma) = planes(drawn), decoded_planes(file)
    assert shown.shape == luma.shape and shown_chroma.shape == chroma.shape
    light, color = ((shown - luma) ** 2).sum(axis=(1, 2)), ((shown_chroma - chroma) ** 2).sum(axis=(1, 2, 3))
    for squares in (light / luma[0].size, (light + color) / (1.5 * luma[0].size)):
        assert (10 * np.log10(255**2 / squares)).mean() >= 43, "dB, as ffmpeg's psnr counts"


def test_the_film_carries_its_config(file, small):
    with av.open(str(file)) as container:
        about = {key.lower(): value for key, value in container.metadata.items()}
    assert about["title"] == "A small film" and VERSION in about["version"]
    told, config = json.loads(about["comment"]), json.loads(json.dumps(small.shot.resolved))
    chosen = {name: told["camera"][name] for name in ("theta", "phi")}
    assert set(map(type, chosen.values())) == {float}
    assert told == {**config, "camera": {**config["camera"], **chosen}}


def test_players_can_start_at_once(file):
    content = file.read_bytes()
    if file.suffix == ".webm":
        assert content[:4] == b"\x1a\x45\xdf\xa3"
    else:
        assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_gif(small, rolled, drawn, tmp_path):
    path = tmp_path / "film.gif"
    render_film(small, rolled, path)
    with Image.open(path) as picture:
        assert picture.n_frames == 20 and picture.info.get("loop") == 0, "for ever"
        durations, frames = [], []
        for index in range(20):
            picture.seek(index)
            durations.append(picture.info["duration"])
            frames.append(np.asarray(picture.convert("RGB")))
    assert durations == [100] * 20
    errors = np.abs(np.stack(frames).astype(float) - drawn).mean(axis=(1, 2, 3))
    assert errors.max() < 6, "each frame is the one drawn for it"
    wrong = np.abs(np.stack(frames)[:10].astype(float) - drawn[10:]).mean(axis=(1, 2, 3))
    assert (errors[:10] < wrong).all()


@pytest.mark.parametrize(("asked", "made"), [(30, 25), (60, 50), (12, 10)])
def test_a_gif_has_a_rate_that_gifs_can_have(asked, made, tmp_path):
    tiny = film(FILM, {"resolution": "64x64", "fps": asked}, ["video.seconds=1", "style.legend=false"], tmp_path)
    render_film(tiny, tiny.roll(), tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as picture:
        assert picture.n_frames == made and picture.info["duration"] == 1000 // made


@pytest.fixture(scope="module")
def clear(tmp_path_factory):
    return film(FILM, {"transparent": True}, folder=tmp_path_factory.mktemp("clear"))


@pytest.fixture(scope="module")
def clear_drawn(clear):
    scene = staged(clear.shot)
    frames = np.stack([frame_pixels(scene, index) for index in (0, 10, 19)])
    scene.release()
    return frames


@pytest.fixture(scope="module")
def bare(clear):
    """Where no words and no panels are, which are to be read over anything."""
    scene = staged(clear.shot)
    masks = []
    for index in (0, 10, 19):
        scene.draw_frame(index)
        told, mask = scene.told(), np.ones(scene.pixels[::-1], bool)
        for part in (*told["panels"], *told["texts"]):
            left, top, right, bottom = (round(edge) for edge in part["box"])
            mask[max(top - 3, 0) : bottom + 3, max(left - 3, 0) : right + 3] = False
        masks.append(mask)
    scene.release()
    return masks


def test_transparent_frames_have_straight_alpha(clear_drawn, drawn, bare):
    for frame, opaque, seen in zip(clear_drawn, drawn[[0, 10, 19]], bare, strict=True):
        alpha = frame[..., 3:].astype(float) / 255
        assert (alpha == 0).mean() > 0.2 and (alpha == 1).mean() > 0.2 and ((alpha > 0) & (alpha < 1)).mean() > 0.005
        background = np.array([0x0B, 0x0E, 0x14])
        laid = frame[..., :3] * alpha + background * (1 - alpha)
        assert np.abs(laid - opaque)[seen].max() <= 3, "laid on the theme's ground it is the opaque film"


@pytest.mark.parametrize("suffix", [".webm", ".mov"])
def test_transparent_films_keep_alpha_and_colour(suffix, clear, clear_drawn, tmp_path):
    path = tmp_path / f"film{suffix}"
    render_film(clear, clear.roll(), path)
    shown = decoded(path, "rgba", "libvpx-vp9" if suffix == ".webm" else "")
    assert shown.shape == (20, 180, 320, 4)
    for frame, drawn in zip(shown[[0, 10, 19]].astype(float), clear_drawn.astype(float), strict=True):
        assert np.abs(frame[..., 3] - drawn[..., 3]).mean() < 2
        solid = drawn[..., 3] == 255
        assert np.abs(frame - drawn)[solid].mean() < 3
        half = (drawn[..., 3] > 100) & (drawn[..., 3] < 250)
        assert np.abs(frame - drawn)[half].mean() < 16, "straight, not darkened by its alpha"
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.profile) == (
            ("prores", "4444") if suffix == ".mov" else (stream.codec_context.name, stream.codec_context.profile)
        )


def test_a_still_is_that_frame_of_the_film(small, rolled, drawn, tmp_path):
    for at, index in ((0.0, 0), (0.95, 9), (1.0, 10), (None, 19)):
        render_still(small, rolled, tmp_path / "still.png", at)
        with Image.open(tmp_path / "still.png") as picture:
            assert picture.mode == "RGB" and picture.info["title"] == "A small film"
            assert json.loads(picture.info["comment"])["steps"] == 12
            assert np.array_equal(np.asarray(picture), drawn[index])


def test_a_transparent_still_is_that_frame(clear, clear_drawn, tmp_path):
    render_still(clear, clear.roll(), tmp_path / "still.png", 1.0)
    with Image.open(tmp_path / "still.png") as picture:
        assert picture.mode == "RGBA" and np.array_equal(np.asarray(picture), clear_drawn[1])


def test_step_is_the_first_frame_at_or_past_it(small, rolled):
    reel = Reel(small, rolled)
    shown = [reel.told(index)["balls"][0]["step"] for index in range(reel.frames)]
    first = [next(index for index, at in enumerate(shown) if at >= step) for step in range(13)]
    assert reel.frames_of([Moment(f"step:{step}", step=step) for step in range(13)]) == first
    assert len(set(first)) > 3 and shown[-1] == 12
    with pytest.raises(OutsideFilm) as caught:
        reel.frames_of([LAST, Moment("step:13", step=13), Moment("1", 1.0), Moment("2.5", 2.5)])
    reel.release()
    assert caught.value.args == (
        "step:13: no frame is at or past step 13; choose from step:0 to step:12",
        "2.5: the film has no second 2.5; choose from 0 to 1.9",
    )


def test_frames_are_written_one_by_one_and_told_as_json(small, rolled, drawn, tmp_path):
    asked = [LAST, Moment("0.5", 0.5), Moment("step:0", step=0)]
    paths = [tmp_path / f"x_{number}.Frame.json" for number in (1, 2, 3)]
    made = render_frames(small, rolled, paths, asked)
    assert next(made) == paths[0] and [each.name for each in tmp_path.iterdir()] == [paths[0].name]
    assert list(made) == paths[1:]
    frames = [json.loads(path.read_text("utf-8")) for path in paths]
    assert [frame["frame"] for frame in frames] == [19, 5, 0] and frames[0]["size"] == [320, 180]
    assert {"texts", "panels", "balls", "dots", "trails", "arrows", "numbers", "camera", "seconds"} <= set(frames[1])
    list(render_frames(small, rolled, [tmp_path / "a_1.png", tmp_path / "a_2.png"], asked[:2]))
    for name, index in (("a_1.png", 19), ("a_2.png", 5)):
        with Image.open(tmp_path / name) as picture:
            assert np.array_equal(np.asarray(picture), drawn[index])


def test_a_moment_outside_leaves_what_was_there(small, rolled, tmp_path):
    place = tmp_path / "still.png"
    place.write_text("mine")
    with pytest.raises(OutsideFilm):
        render_still(small, rolled, place, 2.0)
    assert place.read_text() == "mine" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("suffix", [".MP4", ".Gif"])
def test_suffixes_in_capitals(suffix, tmp_path):
    tiny = film(FILM, {"resolution": "64x64"}, ["video.seconds=1"], folder=tmp_path)
    path: Path = tmp_path / f"film{suffix}"
    render_film(tiny, tiny.roll(), path)
    assert path.stat().st_size > 1000


def test_a_failure_while_encoding_comes_through_and_leaves_nothing(small, rolled, tmp_path, monkeypatch):
    from thalweg.stage.writer import FilmWriter

    def full(self, rgba):
        if self.count == 3:
            raise OSError(28, "No space left on device")
        self.count += 1

    monkeypatch.setattr(FilmWriter, "_encode", full)
    with pytest.raises(OSError, match="No space"):
        render_film(small, rolled, tmp_path / "film.mp4")
    assert not list(tmp_path.iterdir())


def test_an_interrupt_while_drawing_leaves_what_was_there(small, rolled, tmp_path):
    place = tmp_path / "film.mp4"
    place.write_text("mine")

    def interrupt(done, total):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_film(small, rolled, place, interrupt)
    assert place.read_text() == "mine" and len(list(tmp_path.iterdir())) == 1
