"""A file with any error is reported line by line and leaves the store exactly as it was."""

import csv
import shutil
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from common.errors import BadRequest
from store.importers.report import MOST_ERRORS, RowError, write_errors
from tests.integration.importers.conftest import EXAMPLES, Importer

PRODUCTS = "sku,name,category,price,currency,stock,variant_sku\n"
ORDERS = "order_number,line,placed_at,customer,sku,units,unit_price,currency\n"
REVIEWS = "reference,sku,customer,rating,body,written_at\n"
EVENTS = "reference,kind,at,session,sku,detail\n"
PROMOTIONS = "reference,title,sku,category,discount_percent,starts_on,ends_on\n"
MEANT_FOR = "discount_percent,reference,title,starts_on,ends_on,audience\n"
GOOD = "NEW-1,Good,Home,1.00,USD,1,\n"  # stands before what is wrong: it must not stay either

BAD = [
    # broken lines
    ("products", PRODUCTS + GOOD + "A,Mug,Home,5,USD\n", 3, "", "has 5 values, the header has 7 columns"),
    ("products", PRODUCTS + GOOD + 'A,"Mug" x,Home,5,USD,1,\n', 3, "", "is not valid CSV"),
    ("products", PRODUCTS + GOOD + 'A,"Mug,Home,5,USD,1,\nB,C\n', 3, "", "is not valid CSV: unexpected end of data"),
    ("products", "", 1, "", "the file is empty"),
    ("products", "sku,name,category,currency\n", 1, "price", "this column is missing"),
    ("products", PRODUCTS.replace("stock", "stok") + GOOD, 1, "stok", "there is no such column"),
    ("products", "sku,sku,name,category,price,currency\n", 1, "", "a column stands there twice"),
    # encodings
    ("products", (PRODUCTS + GOOD + "A,Café,Home,5,USD,1,\n").encode("latin-1"), 3, "", "is not UTF-8 text (byte 0xe9"),
    ("products", (PRODUCTS + GOOD).encode("utf-16"), 1, "", "is not UTF-8 text (byte 0xff"),
    ("products", PRODUCTS + GOOD + "A,M\0g,Home,5,USD,1,\n", 3, "", "contains a NUL character"),
    # values
    ("products", PRODUCTS + GOOD + "A,,Home,5,USD,1,\n", 3, "name", "is missing"),
    ("products", PRODUCTS + GOOD + "A,Mug,Home,-5,USD,1,\n", 3, "price", "greater than or equal to 0"),
    ("products", PRODUCTS + GOOD + 'A,Mug,Home,"5,00",USD,1,\n', 3, "price", "'5,00' is not a number like 1299.90"),
    ("products", PRODUCTS + GOOD + "A,Mug,Home,NaN,USD,1,\n", 3, "price", "'NaN' is not a number"),
    ("products", PRODUCTS + GOOD + "A,Mug,Home,1e5,USD,1,\n", 3, "price", "'1e5' is not a number"),
    ("products", PRODUCTS + GOOD + "A,Mug,Home,5.001,USD,1,\n", 3, "price", "no more than 2 decimal places"),
    ("products", PRODUCTS + GOOD + "A,Mug,Home,99999999999,USD,1,\n", 3, "price", "less than 10000000000"),
    ("products", PRODUCTS + GOOD + "A,Mug,Home,5,dollar,1,\n", 3, "currency", "is not a currency code like USD"),
    ("products", PRODUCTS + GOOD + "A,Mug,Home,5,USD,1.5,\n", 3, "stock", "valid integer"),
    ("products", PRODUCTS + GOOD + "A,Mug,Home,5,USD,-1,\n", 3, "stock", "greater than or equal to 0"),
    ("products", PRODUCTS + GOOD + f"A,{'x' * 201},Home,5,USD,1,\n", 3, "name", "at most 200 characters"),
    ("products", PRODUCTS + GOOD + "A,Mug,A > B > C,5,USD,1,\n", 3, "category", "has more than 2 levels"),
    ("products", PRODUCTS + GOOD + "A,Mug,Home >,5,USD,1,\n", 3, "category", "or an empty one"),
    ("events", EVENTS + "E-9,view,2026-03-01,s,NOTE20,[1]\n", 2, "detail", "is not a JSON object"),
    ("events", EVENTS + 'E-9,view,2026-03-01,s,NOTE20,"{""a"": NaN}"\n', 2, "detail", "is not a JSON object"),
    ("events", EVENTS + "E-9,look,2026-03-01,s,NOTE20,\n", 2, "kind", "should be 'view', 'search'"),
    ("events", EVENTS + "E-9,view,2026-03-01,s,,\n", 2, "sku", "is missing: a view is of a product"),
    ("orders", ORDERS + "B-1,1,31/12/2026,C-1,NOTE20,1,5,USD\n", 2, "placed_at", "is not a time like 2026-05-31T14"),
    ("orders", ORDERS + "B-1,1,0026-01-01,C-1,NOTE20,1,5,USD\n", 2, "placed_at", "between 1970 and 2100"),
    ("orders", ORDERS + "B-1,1,2026-02-30,C-1,NOTE20,1,5,USD\n", 2, "placed_at", "is not a time"),
    ("orders", ORDERS + "B-1,1,2026-01-01,C-1,NOTE20,0,5,USD\n", 2, "units", "must not be 0"),
    ("orders", ORDERS + "B-1,1,2026-01-01,C-1,NOTE20,1,-5,USD\n", 2, "unit_price", "greater than or equal to 0"),
    ("orders", ORDERS + "B-1,1,2026-01-01,,NOTE20,1,5,USD\n", 2, "customer", "is missing"),
    ("reviews", REVIEWS + "R-9,NOTE20,C-1,6,Fine,2026-01-01\n", 2, "rating", "less than or equal to 5"),
    ("promotions", PROMOTIONS + "P-9,Sale,,,96,2026-01-01,2026-01-02\n", 2, "discount_percent", "than or equal to 95"),
    ("promotions", PROMOTIONS + "P-9,Sale,,,9,2026-01-03,2026-01-02\n", 2, "ends_on", "before it starts (2026-01-03)"),
    ("promotions", PROMOTIONS + "P-9,Sale,MUG-7,home,9,2026-01-01,2026-01-02\n", 2, "category", "not for both"),
    # duplicates
    ("products", PRODUCTS + "A,Mug,Home,5,USD,1,\nA,Mug,Home,5,USD,2,\n", 3, "sku", "is the same as on line 2"),
    ("products", PRODUCTS + "A,Mug,Home,5,USD,1,V\nB,Cup,Home,5,USD,2,V\n", 3, "sku", "is the same as on line 2"),
    ("orders", ORDERS + 2 * "B-1,1,2026-01-01,C-1,NOTE20,1,5,USD\n", 3, "line", "is the same as on line 2"),
    ("reviews", REVIEWS + 2 * "R-9,NOTE20,C-1,5,Fine,2026-01-01\n", 3, "reference", "is the same as on line 2"),
    ("events", EVENTS + 2 * "E-9,view,2026-03-01,s,NOTE20,\n", 3, "reference", "is the same as on line 2"),
    ("promotions", PROMOTIONS + 2 * "P-9,Sale,,,9,2026-01-01,2026-01-02\n", 3, "reference", "is the same as on line 2"),
    # what does not fit together
    ("products", PRODUCTS + "A,Mug,Home,5,USD,1,A-1\nA,Cup,Home,5,USD,1,A-2\n", 3, "name", "differs from line 2 of"),
    ("products", PRODUCTS + "A,Mug,Home,5,USD,1,MUG-7\n", 2, "variant_sku", "another product in the store (MUG-7)"),
    ("orders", ORDERS + "B-1,1,2026-01-01,C-1,GHOST,1,5,USD\n", 2, "sku", "there is no product GHOST in the store"),
    ("reviews", REVIEWS + "R-9,GHOST,C-1,5,Fine,2026-01-01\n", 2, "sku", "there is no product GHOST"),
    ("events", EVENTS + "E-9,view,2026-03-01,s,GHOST,\n", 2, "sku", "there is no product GHOST"),
    ("promotions", PROMOTIONS + "P-9,Sale,GHOST,,9,2026-01-01,2026-01-02\n", 2, "sku", "there is no product GHOST"),
    ("promotions", PROMOTIONS + "P-9,Sale,,ghosts,9,2026-01-01,2026-01-02\n", 2, "category", "no category ghosts"),
    ("promotions", MEANT_FOR + '9,P-9,Sale,2026-01-01,2026-01-02,"{""moon"": 1}"\n', 2, "audience", "not moon"),
    ("orders", ORDERS + "A-1001,9,2026-03-02T10:15:00,C-2,MUG-7,1,5,USD\n", 2, "customer", "belongs to somebody else"),
    (
        "orders", ORDERS + "B-1,1,2026-01-01,C-1,MUG-7,1,5,USD\nB-1,2,2026-01-02,C-1,MUG-7,1,5,USD\n",
        3, "placed_at", "differs from line 2 of the same order",
    ),
    ("reviews", REVIEWS + "R-9,NOTE20,C-77,1,Again,2026-03-20\n", 2, "written_at", "another review of this product"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "line", "column", "reason"), BAD, ids=[f"{b[0]}-{b[4][:40]}" for b in BAD])
def test_bad_files_are_reported_and_change_nothing(
    examples: Importer, kind: str, text: str | bytes, line: int, column: str, reason: str
) -> None:
    before = examples.everything()
    report = examples.text(kind, text)
    assert not report.ok
    first = report.errors[0]
    assert (first.line, first.column) == (line, column)
    assert reason in first.reason
    assert (report.counts.created, report.counts.updated, report.counts.unchanged) == (0, 0, 0)
    assert examples.everything() == before


def test_all_errors_of_a_file_are_listed_and_written(importer: Importer, tmp_path: Path) -> None:
    report = importer.text("products", PRODUCTS + GOOD + "A,,Home,x,USD,1,\nB,Mug,Home,5,US,1,\n")
    assert [(error.line, error.column) for error in report.errors] == [(3, "name"), (3, "price"), (4, "currency")]
    write_errors(report, tmp_path / "errors.csv")
    with (tmp_path / "errors.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [RowError(int(row["line"]), row["column"], row["reason"]) for row in rows] == report.errors


def test_a_file_full_of_errors_is_counted_but_not_kept_whole(importer: Importer) -> None:
    report = importer.text("products", PRODUCTS + 3 * MOST_ERRORS * "A\n")
    assert (len(report.errors), report.error_count) == (MOST_ERRORS, 3 * MOST_ERRORS)


def test_a_lone_quote_costs_only_its_own_line(importer: Importer) -> None:
    report = importer.text("products", PRODUCTS + 'A,"Mug" x,Home,5,USD,1,\nB,Cup,Home,x,USD,1,\n')
    assert [(error.line, error.column) for error in report.errors] == [(2, ""), (3, "price")]


@pytest.mark.parametrize("kind", ["prices", "", "../products"])
def test_unknown_kinds_are_refused(importer: Importer, kind: str) -> None:
    with pytest.raises(BadRequest, match="There is no import of"):
        importer.file(kind, EXAMPLES / "products.csv")


def test_a_file_that_is_not_there_is_refused(importer: Importer) -> None:
    with pytest.raises(BadRequest, match="There is no file"):
        importer.file("products", importer.folder / "nothing.csv")


# Pictures

WITH_PICTURES = "sku,name,category,price,currency,images\n"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in (("front.jpg", "red"), ("back.png", "blue")):
        Image.new("RGB", (20, 30), colour).save(folder / name)
    (folder / "page.jpg").write_text("<svg onload=alert(1)>")
    (tmp_path / "secret.jpg").write_bytes((folder / "front.jpg").read_bytes())
    return folder


@pytest.mark.parametrize("zipped", [False, True])
def test_pictures_come_from_a_folder_or_a_zip(importer: Importer, pictures: Path, zipped: bool) -> None:
    source = pictures
    if zipped:
        source = pictures.parent / "pictures.zip"
        with zipfile.ZipFile(source, "w") as archive:
            for path in pictures.iterdir():
                archive.write(path, path.name)
    text = WITH_PICTURES + "A,Mug,Home,5,USD,front.jpg | back.png\n"
    assert importer.text("products", text, source).counts.created == 1
    rows = importer.query("SELECT position, path FROM product_images ORDER BY position")
    assert [position for position, _ in rows] == [0, 1]
    assert {path for _, path in rows} == {path.name for path in importer.images_dir.iterdir()}
    assert importer.text("products", text, source).counts.unchanged == 1
    assert importer.text("products", text.replace(" | back.png", ""), source).counts.updated == 1
    assert len(importer.query("SELECT 1 FROM product_images")) == 1


@pytest.mark.parametrize(
    ("images", "reason"),
    [
        ("front.jpg|gone.jpg", "there is no picture 'gone.jpg'"),
        ("front.jpg|page.jpg", "'page.jpg' is not a readable JPEG, PNG or WebP picture"),
        ("front.jpg|../secret.jpg", "there is no picture '../secret.jpg'"),
    ],
)
def test_a_bad_picture_leaves_neither_rows_nor_files(
    importer: Importer, pictures: Path, images: str, reason: str
) -> None:
    before = importer.everything()
    report = importer.text("products", WITH_PICTURES + f"A,Mug,Home,5,USD,{images}\n", pictures)
    assert report.errors == [RowError(2, "images", reason)]
    assert importer.everything() == before


def test_pictures_need_a_folder_or_a_zip(importer: Importer, pictures: Path) -> None:
    text = WITH_PICTURES + "A,Mug,Home,5,USD,front.jpg\n"
    assert "needs a folder or a zip" in importer.text("products", text).errors[0].reason
    shutil.copy(EXAMPLES / "products.csv", pictures / "not.zip")
    with pytest.raises(BadRequest, match="neither a folder nor a zip"):
        importer.text("products", text, pictures / "not.zip")
