"""Every entry of the corpus of bad and odd rosters that is about files and cells, and the answer it must get.

OK    stored exactly                      FIX   brought into form, and seen in the preview
ASK   a person decides in the preview     ROW   that row is refused with its column, the others go on
FILE  the whole file is refused in one sentence
LEFT  the column is named and never stored: birth dates and ID numbers, of whatever kind, end here

Entries about marks, the web and phones on the way are tested where those are. `broken.REFUSED_FILES` holds the files
that are refused; here stand those of the corpus' cells, and of workbooks that are read.
"""

import io
from dataclasses import dataclass, field

import openpyxl

from tests.rosters.broken import HEADER, ROW, rezip, with_sheet
from tests.rosters.make import csv_bytes, workbook_bytes
from tests.rosters.opendocument import ods_bytes

WIDE = ["楼号", "单元", "室号", "姓名", "电话", "人数", "年龄"]


@dataclass
class Entry:
    answer: str
    content: bytes
    name: str = "a.csv"
    code: str = ""  # of the sentence: why asked or refused, or what was noticed
    column: str = ""
    told: dict = field(default_factory=dict)  # what is stored: of the household, the door or the first person


def cell(column: str, text, **told) -> bytes:
    values = dict(zip(WIDE, ["1号", "", "101", "王明", "", "", ""], strict=True)) | {column: text}
    return csv_bytes([WIDE, list(values.values())])


def fix(column: str, text: str, code: str = "", **told) -> Entry:
    return Entry("FIX", cell(column, text), code=code, told=told)


def ok(column: str, text: str, code: str = "", **told) -> Entry:
    return Entry("OK", cell(column, text), code=code, told=told)


def row(column: str, text: str, code: str) -> Entry:
    return Entry("ROW", cell(column, text), code=code, column="ABCDEFG"[WIDE.index(column)])


def ask(column: str, text: str, code: str) -> Entry:
    return Entry("ASK", cell(column, text), code=code)


def left(header: str, *values: str) -> Entry:
    """A column of that name with each of these values below it: nothing of it is kept, nothing of it is refused."""
    rows = [["1号", str(101 + place), "王明", "", value] for place, value in enumerate(values)]
    return Entry("LEFT", csv_bytes([[*HEADER, header], *rows]), code=header)


def sheet_entry(answer: str, *rows: list, code: str = "", merges=(), column: str = "", **told) -> Entry:
    content = workbook_bytes(("A", list(rows)), merges={"A": list(merges)})
    return Entry(answer, content, "a.xlsx", code, column, told)


def hidden(state: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(("A", [HEADER, ROW]), ("旧", [HEADER, ["1号", "999"]]))))
    book["旧"].sheet_state = state
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def odd_cell(kind: str) -> bytes:
    texts = zip(("A1", "B1", "C1", "A2", "B2"), ("楼号", "室号", "姓名", "1号", "101"), strict=True)
    cells = {where: f'<c r="{where}" t="inlineStr"><is><t>{text}</t></is></c>' for where, text in texts}
    first, second = (" ".join(cells[where] for where in cells if where[1] == number) for number in "12")
    return with_sheet(f'<row r="1">{first}</row><row r="2">{second}{kind}</row>')


def dated(serial: str = "", year_1904: bool = False) -> bytes:
    """The room is a date of Excel's: 1 March, in the one date system or the other."""
    book = openpyxl.Workbook()
    if year_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    for values in (["楼号", "室号", "姓名"], ["1号", 42063 if not year_1904 else 40601, "王明"]):
        sheet.append(values)
    sheet["B2"].number_format = 'm"月"d"日"'
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


CORPUS = {
    # --- Encoding of text
    "UTF-8": Entry("OK", csv_bytes([HEADER, ROW]), told={"name": "王明"}),
    "UTF-8 with BOM": Entry("OK", csv_bytes([HEADER, ROW], "utf-8-sig"), told={"name": "王明"}),
    "GB18030": Entry("OK", csv_bytes([HEADER, ROW], "gb18030"), code="decoded", told={"name": "王明"}),
    "UTF-16 LE with BOM": Entry("OK", b"\xff\xfe" + csv_bytes([HEADER, ROW], "utf-16-le"), told={"name": "王明"}),
    "UTF-16 BE with BOM": Entry("OK", b"\xfe\xff" + csv_bytes([HEADER, ROW], "utf-16-be"), told={"name": "王明"}),
    "UTF-16 cut in half": Entry("FILE", b"\xff\xfe" + csv_bytes([HEADER, ROW], "utf-16-le")[:-1], code="cut_off"),
    "two short rows of GB18030": Entry(
        "OK", csv_bytes([HEADER[1:3], ["1号101", "王"]], "gb18030"), told={"name": "王"}
    ),
    "Big5": Entry(
        "SURE", "樓號,室號,姓名\r\n1號樓,101,陳曉東\r\n".encode("big5"), code="unsure_encoding", told={"name": "陳曉東"}
    ),
    "Big5 without sense": Entry("FILE", "甲乙,丙丁\r\n1,101,王明\r\n".encode("big5"), code="no_header"),
    "two rooms": Entry("ASK", csv_bytes([HEADER, ["1", "101+102", "王明", ""]]), code="rooms_joined"),
    "two rooms with a dash": Entry("ASK", csv_bytes([HEADER, ["1", "101/102", "王明", ""]]), code="rooms_joined"),
    "CR only": Entry("OK", csv_bytes([HEADER, ROW]).replace(b"\r\n", b"\r"), told={"name": "王明"}),
    "semicolons": Entry("FIX", csv_bytes([HEADER, ROW], separator=";"), code="decoded", told={"name": "王明"}),
    "tabs": Entry("FIX", csv_bytes([HEADER, ROW], separator="\t"), code="decoded", told={"name": "王明"}),
    "rare character in GB18030": Entry("OK", csv_bytes([HEADER, ["1", "101", "䶮"]], "gb18030"), told={"name": "䶮"}),
    # --- Shape of a workbook
    "XLSM": Entry("OK", workbook_bytes(("A", [HEADER, ROW])), "a.xlsm", told={"name": "王明"}),
    "ODS": Entry("OK", ods_bytes([HEADER, ["1号", 101, "王明", 13800138000]]), "a.ods", told={"phone": "13800138000"}),
    "hidden sheet": Entry("OK", hidden("hidden"), "a.xlsx", "sheet_hidden", told={"name": "王明"}),
    "very hidden sheet": Entry("OK", hidden("veryHidden"), "a.xlsx", "sheet_hidden", told={"name": "王明"}),
    "merged building": sheet_entry(
        "FIX", HEADER, ROW, ["", "102", "李"], code="filled_down", merges=["A2:A3"], building="1"
    ),
    "merged header": sheet_entry("LEFT", [*HEADER, "家庭成员", ""], [*ROW, "甲", "乙"], code="F", merges=["E1:F1"]),
    "title above the header": sheet_entry("FIX", ["某小区名册"], HEADER, ROW, name="王明"),
    "no header": sheet_entry("FILE", ROW, ROW, code="no_header"),
    "header with spaces and lines": sheet_entry("FIX", ["楼 号", "室\n号", "姓　名", "电话"], ROW, name="王明"),
    "unknown columns": sheet_entry("LEFT", [*HEADER, "政治面貌"], [*ROW, "群众"], code="政治面貌"),
    "no room column": sheet_entry("FILE", ["楼号", "姓名"], ["1号", "王明"], code="no_room_column"),
    "pictures and comments": Entry(
        "OK", rezip(workbook_bytes(("A", [HEADER, ROW])), {}, {"xl/media/1.png": b"x"}), "a.xlsx", told={"name": "王明"}
    ),
    "another compound": Entry("FILE", csv_bytes([HEADER, ["99号", "101", "王"]]), code="wrong_compound"),
    # --- Cells
    "formula without a result": Entry(
        "ROW", odd_cell('<c r="C2"><f>A1</f></c>'), "a.xlsx", code="cell_formula", column="C"
    ),
    "hyperlink as text": ok("姓名", '=HYPERLINK("http://x","点")', name='=HYPERLINK("http://x","点")'),
    "error of Excel": Entry(
        "ROW", odd_cell('<c r="C2" t="e"><v>#N/A</v></c>'), "a.xlsx", code="cell_error", column="C"
    ),
    "phone as a number": sheet_entry("FIX", HEADER, ["1号", "101", "王明", 13800138000], phone="13800138000"),
    "phone as a float": sheet_entry("FIX", HEADER, ["1号", "101", "王明", 13800138000.0], phone="13800138000"),
    "phone 1.38E+10": row("电话", "1.38E+10", "phone"),
    "ID numbers": left("身份证号", "110101199003071234", "110101199003071200", "110101199003071235"),
    "room that became a date": Entry("ASK", dated(), "a.xlsx", "room_date"),
    "room that became a date of 1904": Entry("ASK", dated(year_1904=True), "a.xlsx", "room_date"),
    "leading apostrophe": fix("室号", "'0301", key="301", room="0301"),
    "full-width room": fix("室号", "３０１", key="301"),
    "full-width room with its building": fix("室号", "１号３０１", key="301"),
    "room in words": fix("室号", "1栋2单元301室", "entrance_dropped", key="301", entrance=""),
    "room with dashes": fix("室号", "1-2-301", "entrance_dropped", key="301", entrance=""),
    "cellar": ok("室号", "B1", key="B1", floor=-1),
    "room with a letter": ok("室号", "301A", key="301A"),
    "room with a name": ok("室号", "顶楼东", key="顶楼东"),
    "ideographic space": fix("姓名", "\u3000王明\u3000", name="王明"),
    "no-break space": fix("室号", "\u00a0101\u00a0", key="101"),
    # --- Phones
    "full-width digits": fix("电话", "１３８００１３８０００", phone="13800138000"),
    "Arabic-Indic digits": row("电话", "٠١٢٣٤٥٦٧٨٩١", "phone"),
    "with +86 and dashes": fix("电话", "+86 138-0013-8000", phone="13800138000"),
    "two phones": ask("电话", "13800138000/13900139000", "two_phones"),
    "10 digits": row("电话", "1380013800", "phone"),
    "12 digits": row("电话", "138001380000", "phone"),
    "landline": ok("电话", "021-62345678", phone="02162345678"),
    "Hong Kong": ok("电话", "+852 2345 6789", phone="+85223456789"),
    "12800000000": row("电话", "12800000000", "phone"),
    "one phone for six": Entry(
        "OK",
        csv_bytes([HEADER, *[["1号", "101", f"王{n}", "13800138000"] for n in "一二三四五六"]]),
        code="phone_shared",
        told={"phone": "13800138000"},
    ),
    "no phone": ok("电话", "", phone=""),
    "phone 无": fix("电话", "无", "phone_word", phone=""),
    "phone 拒绝": fix("电话", "拒绝", "phone_word", phone=""),
    "phone 同上": fix("电话", "同上", "phone_word", phone=""),
    "masked phone": fix("电话", "138****8000", "phone_masked", phone=""),
    # --- Names
    "extension B": ok("姓名", "𠮷田", name="𠮷田"),
    "extension E": ok("姓名", "𬭎", name="𬭎"),
    "right-to-left override": fix("姓名", "王\u202e明", "name_cleaned", name="王明"),
    "zero-width": fix("姓名", "王\u200b\ufeff明", "name_cleaned", name="王明"),
    "100 characters": row("姓名", "字" * 100, "name_too_long"),
    "middle dot": ok("姓名", "阿卜杜热合曼·买买提", name="阿卜杜热合曼·买买提"),
    "bullet for a middle dot": ok("姓名", "阿卜杜热合曼\u2022买买提", name="阿卜杜热合曼\u2022买买提"),
    "compatibility ideograph": ok("姓名", "\uf9dc", name="\uf9dc"),
    "emoji": ok("姓名", "王😀", name="王😀"),
    "script": ok("姓名", "<script>alert(1)</script>", name="<script>alert(1)</script>"),
    "template": ok("姓名", "{{7*7}} %s ${x}", name="{{7*7}} %s ${x}"),
    "Null": ok("姓名", "Null", name="Null"),
    "None": ok("姓名", "None", name="None"),
    "NaN": ok("姓名", "NaN", name="NaN"),
    "true": ok("姓名", "true", name="true"),
    "one character": ok("姓名", "王", name="王"),
    "digits only": ok("姓名", "301", name="301"),
    "two of the same name": Entry(
        "OK", csv_bytes([HEADER, ROW, ROW]), code="same_name", told={"name": "王明", "namesakes": 2}
    ),
    # --- Dates: a birth date is never stored, so none of its spellings is read, refused or kept
    "birth dates": left(
        "出生日期", "2022/4/5", "2022年4月5日", "2022.4.5", "20220405", "4/5/22", "44656", "2022-02-30", "2922-01-01"
    ),
    "birth date for an age": fix("年龄", "1988-07-01", "age_unclear", age_band=""),
    "age": fix("年龄", "85岁", age_band="80+"),
}
