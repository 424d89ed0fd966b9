"""Any picture becomes 224 x 224 RGB, whole and upright; folders of pictures are read by their table."""

import csv
import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from common.errors import BadRequest
from ml_tools.visual_search.datasets import Split, described, split_of
from ml_tools.visual_search.disturb import DISTURBANCES, disturbed
from ml_tools.visual_search.pictures import SIDE, PictureSet, read_picture
from ml_tools.visual_search.vocabulary import pattern_in, spoken


def encoded(image, kind="PNG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def two_halves(width, height):
    """Red on the left, blue on the right, in a white frame."""
    image = Image.new("RGB", (width, height), "white")
    image.paste("red", (10, 10, width // 2, height - 10))
    image.paste("blue", (width // 2, 10, width - 10, height - 10))
    return image


def test_a_tall_picture_stays_whole_on_a_ground_of_its_borders_colour():
    pixels = read_picture(encoded(two_halves(200, 400)))
    assert pixels.shape == (SIDE, SIDE, 3)
    assert (pixels[SIDE // 2, 2] == 255).all()
    left, right = pixels[SIDE // 2, SIDE // 2 - 20], pixels[SIDE // 2, SIDE // 2 + 20]
    assert left[0] > 200 > left[2]
    assert right[2] > 200 > right[0]


def test_transparency_is_white_and_a_turned_photo_stands_upright():
    clear = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    assert (read_picture(encoded(clear)) == 255).all()
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    turned = read_picture(encoded(two_halves(400, 400), "JPEG", exif=exif))
    assert turned[SIDE // 2, 60, 2] > 150, "blue, which was on the right, comes to the left"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_picture_is_made_smaller_before_it_is_turned_upright(kind):
    exif = Image.Exif()
    exif[0x0112] = 3
    turned = read_picture(encoded(two_halves(2400, 2400), kind, exif=exif))
    assert turned[SIDE // 2, 60, 2] > 150
    assert turned[SIDE // 2, 160, 0] > 150


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "CMYK"])
def test_a_large_picture_of_any_mode_is_read_like_a_small_one(mode):
    small = two_halves(448, 448)
    large = small.resize((2240, 2240), Image.Resampling.NEAREST).convert(mode)
    kind = "JPEG" if mode == "CMYK" else "PNG"
    apart = np.abs(read_picture(encoded(large, kind)).astype(int) - read_picture(encoded(small.convert(mode), kind)))
    assert apart.mean() < 8  # a picture of one bit is dithered


@pytest.mark.parametrize("side", [40, 2000])
def test_sixteen_bits_keep_their_brightness(side):
    wide = Image.fromarray(np.full((side, side), 32_768, dtype=np.uint16))
    assert abs(int(read_picture(encoded(wide))[20, 20, 0]) - 127) <= 2


@pytest.mark.parametrize("data", [b"", b"GIF89a", encoded(two_halves(99, 99))[:200], b"\x89PNG\r\n\x1a\nrubbish"])
def test_what_is_no_whole_picture_is_refused(data):
    with pytest.raises(BadRequest):
        read_picture(data)


@pytest.mark.parametrize("how", DISTURBANCES)
def test_a_disturbed_picture_is_another_one_of_the_same_size(how):
    pixels = read_picture(encoded(two_halves(300, 300)))
    again = disturbed(pixels, how)
    assert again.shape == pixels.shape
    assert not np.array_equal(again, pixels)
    if how == "mirrored":
        assert np.array_equal(again[:, ::-1], pixels)


@pytest.fixture
def table(tmp_path):
    with (tmp_path / "products.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("id", "image"), ("1", "images/1.png"), ("2", "images/2.png")])
    return tmp_path


def test_a_folder_and_a_zip_hold_the_same_pictures(table):
    (table / "images").mkdir()
    for number, colour in (("1", "red"), ("2", "blue")):
        (table / "images" / f"{number}.png").write_bytes(encoded(Image.new("RGB", (30, 30), colour)))
    plain = list(PictureSet(table).pixels(PictureSet(table).rows))
    with zipfile.ZipFile(table / "images.zip", "w") as archive:
        archive.write(table / "images" / "1.png", "images/1.png")
        archive.write(table / "images" / "2.png", "2.png")
    zipped = list(PictureSet(table).pixels(PictureSet(table).rows))
    assert all(np.array_equal(one, other) for one, other in zip(plain, zipped, strict=True))


def test_a_set_without_a_table_or_a_picture_says_what_is_missing(table, tmp_path):
    with pytest.raises(BadRequest, match=r"images/1\.png"):
        list(PictureSet(table).pixels(PictureSet(table).rows))
    with pytest.raises(BadRequest, match=r"products\.csv"):
        PictureSet(tmp_path / "nowhere")


def test_a_product_stays_in_its_split_and_the_splits_have_their_sizes():
    splits = [split_of(str(number)) for number in range(20_000)]
    assert splits == [split_of(str(number)) for number in range(20_000)]
    shares = {split: splits.count(split) / len(splits) for split in Split}
    assert shares[Split.TEST] == pytest.approx(0.12, abs=0.01)
    assert shares[Split.VALIDATION] == pytest.approx(0.08, abs=0.01)


def test_labels_come_from_the_tables_columns_and_the_names_words():
    row = {"articleType": "Shirts", "baseColour": "Blue", "usage": "Formal", "gender": "Women",
           "productDisplayName": "Mark Women Checked Blue Shirt"}  # fmt: skip
    words = described(row)
    assert (words.kind, words.colour, words.pattern) == ("Shirts", "Blue", "checked")
    assert (words.style, words.audience) == ("formal", "women")
    assert described({"articleType": "", "baseColour": ""}).kind is None


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("Striped Tee", "striped"), ("Polka Dress", "dotted"), ("Solid Shirt", "plain"), ("Graphic T", "printed"),
     ("Sweater", None), ("Checkmate Watch", "checked"), ("Plaintiff Cap", None)],
)  # fmt: skip
def test_a_pattern_is_read_from_a_name(name, pattern):
    assert pattern_in(name) == pattern


def test_labels_are_spoken_as_people_say_them():
    assert [spoken(label) for label in ("Tshirts", "Navy Blue", "Casual Shoes")] == [
        "T-shirts", "navy blue", "casual shoes",
    ]  # fmt: skip
