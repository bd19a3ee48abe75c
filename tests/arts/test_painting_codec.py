"""Files in, pictures out: what is read, how its colours come, and what is refused."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from moxie.arts.painting import codec
from moxie.arts.painting.picture import Picture
from moxie.errors import BadInput, UnreadableWork


@pytest.fixture
def picture(rng: np.random.Generator) -> Picture:
    """Smooth colours and some texture, wider than high."""
    y, x = np.mgrid[0:60, 0:90].astype(float)
    base = np.stack([x * 2.5, y * 4, 255 - x - y], axis=-1)
    return np.clip(base + rng.normal(0, 6, base.shape), 0, 255).astype(np.uint8)


def encode(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def png(width: int, height: int, bits: int, kind: int, rows: bytes, extra: bytes = b"") -> bytes:
    """A PNG written by hand: `kind` 0 is grey, 2 RGB; `extra` goes before the pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(rows, 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + pixels + chunk(b"IEND", b"")


def test_the_lossless_form_is_exact_and_repeatable(picture: Picture) -> None:
    data = codec.write(picture)
    assert np.array_equal(codec.read(data, "a"), picture)
    assert codec.write(codec.read(data, "a")) == data


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".JPG", ".webp", ".tiff"])
def test_other_formats_are_written_and_read_again(picture: Picture, suffix: str) -> None:
    again = codec.read(codec.write(picture, suffix), f"a{suffix}")
    assert again.shape == picture.shape
    assert np.abs(again.astype(int) - picture).mean() < 6


def test_a_suffix_that_cannot_be_written_is_refused(picture: Picture) -> None:
    with pytest.raises(BadInput, match=r"cannot be written as \.gif"):
        codec.write(picture, ".gif")


def test_a_wrong_suffix_does_not_matter(picture: Picture) -> None:
    data = encode(Image.fromarray(picture), "PNG")
    assert np.array_equal(codec.read(data, "really a png.jpg"), picture)


@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
def test_orientation_is_applied(picture: Picture, orientation: int) -> None:
    turns = {
        1: picture,
        2: picture[:, ::-1],
        3: picture[::-1, ::-1],
        4: picture[::-1],
        5: picture.transpose(1, 0, 2),
        6: np.rot90(picture, -1),
        7: np.rot90(picture, 2).transpose(1, 0, 2),
        8: np.rot90(picture, 1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(Image.fromarray(picture), "PNG", exif=exif)
    assert np.array_equal(codec.read(data, "a"), turns[orientation])
    height, width = turns[orientation].shape[:2]
    assert codec.facts(data)["original_size"] == f"{width}x{height}"


def test_nothing_private_is_kept(picture: Picture) -> None:
    exif = Image.Exif()
    exif[0x013B] = "A. Person"
    exif.get_ifd(0x8825)[2] = (52.0, 22.0, 1.0)  # GPS latitude
    data = encode(Image.fromarray(picture), "JPEG", exif=exif, comment=b"my studio")
    assert b"A. Person" in data
    kept = codec.write(codec.read(data, "a"))
    assert b"A. Person" not in kept
    assert b"my studio" not in kept
    assert Image.open(io.BytesIO(kept)).info == {}
    assert not any("Person" in str(value) for value in codec.facts(data).values())


def test_an_embedded_profile_is_honoured(picture: Picture) -> None:
    lab = ImageCms.createProfile("LAB")
    rgb = ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(rgb, lab, "RGB", "LAB")
    image = ImageCms.applyTransform(Image.fromarray(picture), transform)
    assert image is not None
    again = codec.read(encode(image, "TIFF"), "lab.tif")
    assert np.abs(again.astype(int) - picture).mean() < 4


def test_a_profile_with_swapped_primaries_changes_the_colours(picture: Picture) -> None:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    profile = bytearray(bytes(profile).replace(b"s\0R\0G\0B", b"o\0d\0d\0!"))
    data = encode(Image.fromarray(picture), "PNG", icc_profile=bytes(profile))
    again = codec.read(data, "swapped").astype(int)
    assert np.abs(again - picture[..., ::-1]).mean() < 4
    assert np.abs(again - picture).mean() > 30


def test_a_broken_profile_is_ignored(picture: Picture) -> None:
    data = encode(Image.fromarray(picture), "PNG", icc_profile=b"not a profile")
    assert np.array_equal(codec.read(data, "a"), picture)


def test_cmyk_comes_as_rgb(picture: Picture) -> None:
    data = encode(Image.fromarray(picture).convert("CMYK"), "JPEG", quality=95)
    assert codec.facts(data)["mode"] == "CMYK"
    assert np.abs(codec.read(data, "a").astype(int) - picture).mean() < 6


def test_sixteen_bit_grey_is_scaled_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 256).astype(">u2")
    data = png(256, 1, 16, 0, b"\0" + ramp.tobytes())
    grey = codec.read(data, "a")[0, :, 0].astype(int)
    assert np.abs(grey - np.arange(256)).max() <= 1


def test_sixteen_bit_color_is_scaled_not_clipped() -> None:
    ramp = np.repeat(np.linspace(0, 65535, 256).astype(">u2"), 3)
    data = png(256, 1, 16, 2, b"\0" + ramp.tobytes())
    assert np.abs(codec.read(data, "a")[0, :, 1].astype(int) - np.arange(256)).max() <= 1


def test_float_tiff_is_scaled() -> None:
    ramp = np.linspace(0, 1, 256, dtype=np.float32)[None].repeat(4, axis=0)
    grey = codec.read(encode(Image.fromarray(ramp), "TIFF"), "a")[0, :, 0].astype(int)
    assert np.abs(grey - np.arange(256)).max() <= 1


def test_palette_and_transparency_are_shown_on_white(picture: Picture) -> None:
    palette = Image.fromarray(picture).quantize(64)
    shown = codec.read(encode(palette, "GIF"), "a.gif")
    assert np.abs(shown.astype(int) - picture).mean() < 12
    see_through = codec.read(encode(palette, "PNG", transparency=palette.getpixel((3, 3))), "a.png")
    assert (see_through[3, 3] == 255).all()


def test_alpha_is_composited_on_white() -> None:
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[:, :4, 3] = 255
    pixels[:, 4:, 3] = 128
    shown = codec.read(encode(Image.fromarray(pixels), "PNG"), "a")
    assert (shown[:, :4] == 0).all()
    assert (shown[:, 4:] == 127).all()


def test_black_and_white_and_grey_with_alpha() -> None:
    bits = Image.fromarray(np.eye(16, dtype=bool))
    assert (codec.read(encode(bits, "TIFF"), "a")[..., 0] == np.eye(16) * 255).all()
    soft = Image.merge("LA", (Image.new("L", (4, 4), 40), Image.new("L", (4, 4), 0)))
    assert (codec.read(encode(soft, "PNG"), "a") == 255).all()


def test_large_pictures_are_shrunk_and_remembered() -> None:
    data = encode(Image.new("RGB", (3000, 1500), (10, 200, 30)), "JPEG")
    assert codec.read(data, "a").shape == (1024, 2048, 3)
    assert codec.facts(data)["original_size"] == "3000x1500"
    assert codec.facts(data)["downscaled"] is True


def test_a_camera_jpeg_with_two_pictures_gives_the_first(picture: Picture) -> None:
    first = Image.fromarray(picture)
    data = encode(first, "MPO", save_all=True, append_images=[Image.new("RGB", (40, 40))])
    assert codec.read(data, "a.jpg").shape == picture.shape


def test_pages_after_the_first_are_left_and_said(picture: Picture) -> None:
    image = Image.fromarray(picture)
    data = encode(image, "TIFF", save_all=True, append_images=[Image.new("RGB", (9, 9))])
    assert np.array_equal(codec.read(data, "a"), picture)
    assert codec.facts(data)["first_page_only"] is True


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_animations_are_refused(form: str) -> None:
    frames = [Image.new("RGB", (32, 32), color) for color in ("red", "blue", "green")]
    data = encode(frames[0], form, save_all=True, append_images=frames[1:])
    with pytest.raises(UnreadableWork, match="moving is an animation"):
        codec.read(data, "moving")


def test_eighty_one_megapixels_in_ten_kilobytes_are_refused() -> None:
    rows = zlib.compress(b"\0" * ((9000 // 8 + 1) * 9000), 9)
    data = png(9000, 9000, 1, 0, zlib.decompress(rows))
    assert len(data) < 12_000
    with pytest.raises(UnreadableWork, match=r"huge\.png has 81 megapixels; at most 40"):
        codec.read(data, "huge.png")


def test_a_header_of_terapixels_is_refused_without_a_warning() -> None:
    with pytest.raises(UnreadableWork, match="megapixels"):
        codec.read(png(2**20, 2**20, 8, 2, b""), "a")


def test_too_many_bytes_are_refused(picture: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MAX_BYTES", 1 << 20)
    with pytest.raises(UnreadableWork, match="has 2 MB; at most 1 MB"):
        codec.read(codec.write(picture) + bytes(2 << 20), "a")


def test_a_bomb_in_a_text_chunk_is_refused(picture: Picture) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", "a" * (80 << 20), zip=True)
    data = encode(Image.fromarray(picture), "PNG", pnginfo=info)
    assert len(data) < 200_000
    with pytest.raises(UnreadableWork, match="damaged"):
        codec.read(data, "a")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tiff"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_cut_off_files_are_refused(picture: Picture, suffix: str, share: float) -> None:
    data = codec.write(picture, suffix)
    with pytest.raises(UnreadableWork, match=r"cut.* is damaged"):
        codec.read(data[: int(len(data) * share)], f"cut{suffix}")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (b"hello, I am a text", "is not a PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a PNG"),
        (b"BM" + bytes(100), "is not a PNG"),
        (b"\xff\xd8\xff", "is damaged"),
        (b"\x89PNG\r\n\x1a\n", "is damaged"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "is damaged"),
        (b"II*\0\xff\xff\xff\xff", "is damaged"),
        (b"GIF89a", "is damaged"),
    ],
)
def test_what_is_not_a_picture_is_refused_in_one_sentence(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableWork, match=why) as caught:
        codec.read(data, "work")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tiff"])
def test_damaged_bytes_never_raise_anything_else(
    picture: Picture, suffix: str, rng: np.random.Generator
) -> None:
    data = codec.write(picture, suffix)
    outcomes: list[str] = []
    for _ in range(60):
        broken = np.frombuffer(data, np.uint8).copy()
        broken[rng.integers(0, min(len(data), 400), 3)] = rng.integers(0, 256, 3)
        outcomes.append(_outcome(codec.read, broken.tobytes()))
    assert set(outcomes) <= {"read", "refused"}
    assert "refused" in outcomes


def _outcome(read: Callable[[bytes, str], Picture], data: bytes) -> str:
    try:
        return "read" if read(data, "a").ndim == 3 else "odd"
    except UnreadableWork:
        return "refused"
