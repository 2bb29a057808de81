"""Files that are no workbook, or a hostile one."""

import contextlib
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.errors import Refused
from tests.unit.whitelist.builders import ENTERPRISE_HEADINGS, a_workbook, an_enterprise_row, imported
from whitelist import workbook
from whitelist.importing import read_whitelist
from whitelist.workbook import open_workbook

GOOD = a_workbook(ENTERPRISE_HEADINGS, an_enterprise_row("示例甲公司", "88880001"), merged=["A5:A9"]).getvalue()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refused(data: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        imported(io.BytesIO(data))
    assert caught.value.sentence.startswith("样例.xlsx ")
    assert "\n" not in caught.value.sentence
    return caught.value


def repacked(**changed: bytes) -> bytes:
    """The good workbook with parts replaced or added; a part is named by its path with _ for / and without its ending."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, changed.pop(Path(part.filename).stem, None) or old.read(part))
        for name, data in changed.items():
            new.writestr(name, data)
    return out.getvalue()


def sheet_with(rows: str, *, after: str = "") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return repacked(sheet1=f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData>{after}</worksheet>'.encode())


def texts(data: bytes) -> list[list[str]]:
    with open_workbook(io.BytesIO(data), "样例.xlsx") as sheets:
        return [row.texts for sheet in sheets for row in sheet.rows]


def read_or_refuse(data: bytes) -> None:
    """Whatever else it raised would fail the test."""
    with contextlib.suppress(Refused):
        imported(io.BytesIO(data))


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"", "workbook_not_xlsx", "is not an .xlsx workbook"),
        ("序号,企业名称\n1,示例甲公司".encode("gbk"), "workbook_not_xlsx", "a .csv loses merged cells and leading zeros"),
        (b"<html><table></table></html>", "workbook_not_xlsx", "save it as .xlsx"),
        (OLE + b"\0" * 600 + "Workbook".encode("utf-16-le"), "workbook_old", "is a workbook of the old .xls kind; save it as .xlsx"),
        (
            OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "workbook_encrypted",
            "is protected by a password; save it without one",
        ),
        (GOOD[:-200], "workbook_damaged", "is damaged and cannot be read"),
        (repacked(workbook=b"<workbook"), "workbook_damaged", "is damaged and cannot be read"),
        (repacked(sheet1=b"<worksheet><sheetData><row r='1'><c r='A1'"), "workbook_damaged", "is damaged and cannot be read"),
        (sheet_with('<row r="3"/><row r="2"/>'), "workbook_damaged", "row 2 comes after row 3"),
        (sheet_with('<row r="9999999"><c t="str"><v>x</v></c></row>'), "workbook_too_big", "has more than 1048576 rows"),
        (sheet_with('<row r="1"><c r="A1" t="s"><v>99999</v></c></row>'), "workbook_damaged", "IndexError"),
        (sheet_with('<row r="1"><c r="A1"><v>abc</v></c></row>'), "workbook_damaged", "could not convert"),
        (
            sheet_with('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>'),
            "workbook_damaged",
            "a cell of row 1 stands in its place twice",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(data: bytes, code: str, says: str) -> None:
    refusal = refused(data)
    assert refusal.code == code
    assert says in refusal.sentence


def test_a_plain_zip_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("readme.txt", "hello")
    assert refused(out.getvalue()).code == "workbook_damaged"


def test_a_file_too_big_is_refused_before_it_is_read(tmp_path: Path) -> None:
    big = tmp_path / "样例.xlsx"
    with big.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    with pytest.raises(Refused, match=r"样例.xlsx has 200 MB; 64 MB are read at most; cut it into several files") as caught:
        read_whitelist(big, area_code="0515")
    assert caught.value.code == "workbook_too_big"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"nowhere.xlsx cannot be opened: No such file or directory"):
        read_whitelist(tmp_path / "nowhere.xlsx", area_code="0515")


def test_a_zip_bomb_is_refused_before_it_unpacks() -> None:
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/media/bomb.bin", "w", force_zip64=True) as bomb:
        for _ in range(600):
            bomb.write(b"\0" * (1 << 20))
    assert len(out.getvalue()) < 1 << 20
    assert "would unpack to 600 MB" in refused(out.getvalue()).sentence


def test_xml_that_declares_entities_is_refused() -> None:
    entities = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    laughs = entities + b'<worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>'
    assert "declares a document type" in refused(repacked(sheet1=laughs)).sentence


def test_too_many_merged_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_MERGED", 2)
    many = "".join(f'<mergeCell ref="A{row}:A{row + 1}"/>' for row in range(1, 9, 2))
    assert (
        "more than 2 merged cells"
        in refused(sheet_with('<row r="1"><c><v>1</v></c></row>', after=f"<mergeCells>{many}</mergeCells>")).sentence
    )


def test_an_encrypted_part_is_refused() -> None:
    data = bytearray(GOOD)
    place = data.rfind(b"PK\x01\x02")
    data[place + 8] |= 1
    assert refused(bytes(data)).code == "workbook_encrypted"


def test_texts_come_as_a_person_sees_them() -> None:
    cells = (
        '<c t="inlineStr"><is><r><t>张</t></r><r><t>某</t></r><rPh sb="0" eb="1"><t>ZHANG</t></rPh></is></c>'
        '<c t="b"><v>1</v></c><c><v>13900001001</v></c><c><v>1.3900001001E10</v></c><c><v>3.5</v></c>'
        '<c t="str"><v> a b </v></c><c r="I1"><v>7</v></c>'
    )
    assert texts(sheet_with(f"<row>{cells}</row>")) == [["张某", "1", "13900001001", "13900001001", "3.5", " a b ", "", "", "7"]]


def test_tags_may_carry_any_prefix() -> None:
    data = b'<x:worksheet xmlns:x="urn:x"><x:sheetData><x:row><x:c t="str"><x:v>a</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    assert texts(repacked(sheet1=data)) == [["a"]]


def test_dates_are_told_from_numbers_by_their_style() -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append([46387, 46387, 46387.5, 13900001001, 46387])
    for cell, style in zip("ABCDE", ["General", "yyyy-mm-dd", 'yyyy"年"m"月"d"日"', "yyyy-mm-dd", '0"d"'], strict=True):
        page[f"{cell}1"].number_format = style
    out = io.BytesIO()
    book.save(out)
    assert texts(out.getvalue()) == [["46387", "2026-12-31", "2026-12-31 12:00:00", "13900001001", "46387"]]


def test_cells_beyond_the_columns_of_any_form_are_not_kept() -> None:
    assert texts(sheet_with('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>')) == [["1"]]


def test_merged_ranges_are_found_wherever_the_pieces_are_cut() -> None:
    xml = b'<a><mergeCell ref="A1:A2"/><mergeCell ref="BC10:BD11" /></a>'
    for cut in range(len(xml)):
        assert list(workbook._references([xml[:cut], xml[cut:]])) == ["A1:A2", "BC10:BD11"]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_workbook_with_any_bytes_changed_is_read_or_refused(data: st.DataObject) -> None:
    damaged = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)) | st.just(len(damaged)))
    read_or_refuse(bytes(damaged[:cut]))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_sheet_with_any_bytes_changed_is_read_or_refused(data: st.DataObject) -> None:
    xml = bytearray(zipfile.ZipFile(io.BytesIO(GOOD)).read("xl/worksheets/sheet1.xml"))
    for _ in range(data.draw(st.integers(1, 6))):
        xml[data.draw(st.integers(0, len(xml) - 1))] = data.draw(st.integers(0, 255))
    read_or_refuse(repacked(sheet1=bytes(xml)))
