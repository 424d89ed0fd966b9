"""S13: pictures are measured before they are decoded, drawn anew, and nothing else gets in."""

import io
import struct
import zlib

import httpx
import pytest
from PIL import Image, PngImagePlugin

from common.errors import TooLarge
from tests.gateway_kit import Gateway
from web.bodies import Malformed
from web.chat.image_check import LONGEST_SIDE, clean_image


def encoded(kind: str, *, size: tuple[int, int] = (60, 40), mode: str = "RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 128 if mode == "L" else (200, 30, 30, 90)[: len(mode)]).save(out, kind, **options)
    return out.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header says that it is huge."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def webp_claiming(width: int, height: int) -> bytes:
    chunk = b"VP8X" + struct.pack("<I", 10) + b"\0" * 4 + (width - 1).to_bytes(3, "little")
    chunk += (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_ordinary_pictures_are_taken(kind: str) -> None:
    """The three kinds, as JPEG, at their own size."""
    clean = clean_image(encoded(kind))
    with Image.open(io.BytesIO(clean.content)) as image:
        assert (image.format, image.size) == ("JPEG", (60, 40))
    assert (clean.suffix, clean.width, clean.height) == ("jpg", 60, 40)


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "1")])
def test_unusual_colours_are_taken(kind: str, mode: str) -> None:
    """Print colours, grey, transparency and black and white all come out as a plain picture."""
    out = io.BytesIO()
    Image.new(mode, (30, 20)).save(out, kind)
    with Image.open(io.BytesIO(clean_image(out.getvalue()).content)) as image:
        assert image.mode == ("RGBA" if mode == "RGBA" else "RGB")


def test_metadata_is_dropped_and_the_picture_stands_upright() -> None:
    """Where it was taken stays with its owner; how the phone was held is applied first."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    exif[0x010E] = "a secret place"
    raw = encoded("JPEG", exif=exif)
    clean = clean_image(raw)
    assert b"a secret place" in raw
    assert b"a secret place" not in clean.content
    with Image.open(io.BytesIO(clean.content)) as image:
        assert not image.getexif()
        assert image.size == (40, 60)


def test_text_in_a_png_is_dropped() -> None:
    """Comments and colour profiles go too."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "planted words")
    clean = clean_image(encoded("PNG", mode="RGBA", pnginfo=notes, icc_profile=b"planted profile"))
    assert clean.suffix == "png"
    assert b"planted" not in clean.content


def test_a_polyglot_keeps_its_picture_only() -> None:
    """A page hidden behind a picture is gone after it was drawn anew."""
    clean = clean_image(encoded("JPEG") + b"<script>alert(1)</script>")
    assert b"<script>" not in clean.content


@pytest.mark.parametrize(
    "raw",
    [png_claiming(60_000, 60_000), png_claiming(5_000, 4_001), webp_claiming(16_000, 16_000)],
    ids=["png bomb", "just over 20 megapixels", "webp bomb"],
)
def test_bombs_are_refused_by_their_header(raw: bytes) -> None:
    """Before anything is decoded, whatever the few bytes would unpack to."""
    with pytest.raises(TooLarge):
        clean_image(raw)


def test_large_pictures_are_made_smaller() -> None:
    """Twenty megapixels are taken, and kept at 2,048 pixels a side."""
    clean = clean_image(encoded("JPEG", size=(5_000, 4_000)))
    assert (clean.width, clean.height) == (LONGEST_SIDE, round(LONGEST_SIDE * 0.8))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_animated_pictures_are_refused(kind: str) -> None:
    """One message, one still picture."""
    with pytest.raises(Malformed, match="still"):
        clean_image(animated(kind))


OTHERS = {
    "nothing": b"",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "gif": animated("GIF"),
    "bmp": encoded("BMP"),
    "tiff": encoded("TIFF"),
    "pdf": b"%PDF-1.7 ...",
    "html": b"<html><script>alert(1)</script>",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0",
    "cut jpeg": encoded("JPEG", size=(400, 400))[:300],
    "cut png": encoded("PNG", size=(400, 400))[:60],
    "only magic": b"\xff\xd8\xff",
    "only png magic": b"\x89PNG\r\n\x1a\n",
    "empty webp": b"RIFF\x04\0\0\0WEBP",
    "webp of nothing": b"RIFF\x20\0\0\0WEBPVP8X" + b"\0" * 18,
    "wrong magic": b"\x89PNG\r\n\x1a\n" + encoded("JPEG"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_such_picture_is_refused(name: str) -> None:
    """Other formats and broken files get a reason, never a trace."""
    with pytest.raises(Malformed):
        clean_image(OTHERS[name])


async def post(gateway: Gateway, **options) -> httpx.Response:
    guest = await gateway.guest()
    return await guest.http.post("/api/chat/images", **options)


async def test_a_named_type_is_not_believed(gateway: Gateway) -> None:
    """The bytes decide, not the name or the header; the file's name is random."""
    refused = await post(gateway, files={"image": ("a.jpg", OTHERS["svg"], "image/jpeg")})
    assert refused.status_code == 400
    taken = await post(gateway, files={"image": ("../../../evil.svg", encoded("PNG"), "image/svg+xml")})
    assert taken.status_code == 201
    folder = gateway.services.settings.uploads_dir
    (row,) = await gateway.sql("SELECT path FROM uploads WHERE public_id = :id", id=taken.json()["image_id"])
    assert [file.name for file in folder.iterdir()] == [row.path]
    assert "evil" not in row.path


async def test_an_upload_is_cut_off_at_five_megabytes(gateway: Gateway) -> None:
    """While it streams in, with and without an announced length."""
    frame = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n'
    sent = 0

    async def endless():
        nonlocal sent
        yield frame
        for _ in range(20_000):
            sent += 65_536
            yield b"\xff" * 65_536

    streamed = await post(gateway, content=endless(), headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert streamed.status_code == 413
    assert sent < 6_000_000
    announced = await post(gateway, files={"image": b"\xff\xd8\xff" + b"0" * 5_100_000})
    assert announced.status_code == 413
    assert announced.json()["error"]["code"] == "too_large"


@pytest.mark.parametrize(
    "options",
    [
        {"content": b"\xff\xd8\xff", "headers": {"Content-Type": "image/jpeg"}},
        {"data": {"image": "text"}},
        {"json": {"image_url": "http://127.0.0.1:8000/models"}},
        {"files": [("image", encoded("JPEG")), ("image", encoded("JPEG"))]},
        {"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
        {},
    ],
    ids=["bare", "a field", "an address (S16)", "two", "broken", "no boundary", "nothing"],
)
async def test_an_upload_is_one_file_of_a_form(gateway: Gateway, options) -> None:
    """Anything else is refused with a reason; an address is never fetched."""
    response = await post(gateway, **options)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid_request"


async def test_a_picture_goes_on_to_the_assistant_by_its_id(gateway: Gateway) -> None:
    """The assistant gets the id, never the bytes."""
    guest = await gateway.guest()
    uploaded = await guest.http.post("/api/chat/images", files={"image": encoded("WEBP")})
    answer = await guest.send(image_id=uploaded.json()["image_id"])
    assert answer.status_code == 200
    assert gateway.assistant.turns[-1]["image_id"] == uploaded.json()["image_id"]
