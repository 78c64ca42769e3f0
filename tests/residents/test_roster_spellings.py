"""However people spell a room or a header, it is the same room and the same header."""

from hypothesis import given, settings
from hypothesis import strategies as st

from residents.roster.cells import building_code, read_room
from residents.roster.headers import SYNONYMS, field_of, find_header
from residents.roster.packed import pack
from residents.roster.reading import Sheet

WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
CHINESE = "零一二三四五六七八九十"
numbers = st.integers(1, 40)
rooms = st.builds(lambda floor, place: f"{floor}{place:02d}", st.integers(1, 33), st.integers(1, 20))
spaces = st.sampled_from(["", " ", "\u3000", "\u00a0", "\t"])
dashes = st.sampled_from("-－—–―‐‑‒−_/\\")


def in_chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else CHINESE[tens]) + ("十" if tens else "") + (CHINESE[ones] if ones or not tens else "")


@st.composite
def spellings(draw, number: int, words: str) -> str:
    """`12号楼`, `十二栋`, `第１２幢`: a number and the word behind it."""
    digits = draw(st.sampled_from([str(number), f"0{number}", in_chinese(number)]))
    text = draw(st.sampled_from(["", "第"])) + digits + draw(st.sampled_from(words.split()))
    return draw(disguised(text))


@st.composite
def disguised(draw, text: str) -> str:
    """Full-width or not, with spaces anywhere, with what nobody can see."""
    text = text.translate(WIDE) if draw(st.booleans()) else text
    cut = draw(st.integers(0, len(text)))
    return draw(spaces) + text[:cut] + draw(st.sampled_from(["", " ", "\u200b", "\u3000"])) + text[cut:] + draw(spaces)


@given(st.data(), numbers)
def test_any_spelling_of_a_building_is_one_code(data, number):
    assert building_code(data.draw(spellings(number, "号楼 号 栋 幢 座 # 楼"))) == str(number)


@given(st.data(), rooms)
def test_any_spelling_of_a_room_is_one_key(data, room):
    text = (
        data.draw(st.sampled_from(["", "0", "'"])) + room + data.draw(st.sampled_from(["", "室", "号房", "房", "户"]))
    )
    assert read_room(data.draw(disguised(text))).key == room


@given(st.data(), numbers, st.integers(1, 9), rooms)
@settings(max_examples=300)
def test_any_spelling_of_an_address_is_one_place(data, building, entrance, room):
    words = data.draw(spellings(building, "号楼 号 栋 幢 座")), f"{entrance}单元", f"{room}室"
    dash = data.draw(dashes)
    numbers_only = f"{building}{dash}{entrance}{dash}{room}"
    text = data.draw(st.sampled_from(["".join(words), " ".join(words), dash.join(words), numbers_only]))
    parts = read_room(text)
    assert (parts.building, parts.entrance, parts.key) == (str(building), str(entrance), room)


@given(st.data(), st.sampled_from(sorted(SYNONYMS)))
def test_any_spelling_of_a_header_is_one_field(data, field):
    word = data.draw(st.sampled_from(SYNONYMS[field].split()))
    aside = data.draw(st.sampled_from(["", "（必填）", "(如有)", "*", ":", "："]))
    assert field_of(data.draw(disguised(word + aside))) == field
    assert field_of(word.upper()) == field


@given(st.permutations(["楼号", "室号", "姓名", "电话", "身份证号"]), st.integers(0, 8))
def test_header_is_found_in_any_order_below_any_title(labels, titles):
    rows = [(number, [f"名册{number}"]) for number in range(1, titles + 1)] + [(titles + 1, list(labels))]
    header = find_header(Sheet("A", pack(rows)))
    assert header is not None
    assert header.columns == {field_of(label): place for place, label in enumerate(labels) if label != "身份证号"}
    assert header.left_out == ["身份证号"]
    assert find_header(Sheet("B", pack(rows))).fingerprint == header.fingerprint
