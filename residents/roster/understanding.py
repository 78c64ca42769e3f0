"""Tables -> households. A row a household or a row a person: rows of one door simply come together."""

import re
from collections import Counter
from collections.abc import Sequence

from django.conf import settings

from residents.models import Household, mask_name
from residents.roster import cells
from residents.roster.cells import CellError
from residents.roster.headers import Header, Mappings, find_header
from residents.roster.homes import NOTHING, Entry, Home, LeftRow, Person, Understood
from residents.roster.packed import Cell, Odd
from residents.roster.reading import Book, Sheet
from residents.roster.words import RosterError
from residents.roster.workbook import column_letters

FILLED_DOWN = frozenset({"building", "entrance", "floor", "room"})  # what a merged block says of all its rows
HIGHEST_FLOOR = 200


def understand(
    book: Book, *, only_building: tuple[str, str] | None = None, mappings: Mappings | None = None
) -> Understood:
    """Every household of the file. `only_building`: code and name, when the compound has just one."""
    result = Understood(findings=list(book.findings))
    tables = _tables(book, result, mappings or {})
    result.sheet_count = len(tables)
    homes: dict[tuple, Home] = {}
    for sheet, header in tables:
        _note_columns(header, result)
        result.sheet_headers[sheet.name] = [cell[:100] if isinstance(cell, str) else "" for cell in header.cells]
        entries = _read_sheet(sheet, header, only_building, result)
        _settle_dashes(entries)
        for entry in entries:
            _join(homes, entry, sheet.name)
    result.homes = list(homes.values())
    for home in [*result.homes, *[left.home for left in result.left if left.home]]:
        _finish(home)
    if not result.homes and not result.left:
        raise RosterError("no_rows")
    if not result.homes and all(row.code == "building_unknown" for row in result.left):
        raise RosterError("no_building")
    return result


def _tables(book: Book, result: Understood, mappings: Mappings) -> list[tuple[Sheet, Header]]:
    tables, without_room = [], False
    for sheet in book.sheets:
        header = find_header(sheet, mappings)
        if header and "room" in header.columns:
            tables.append((sheet, header))
        elif sheet.rows:
            without_room = without_room or header is not None
            result.findings.append({"code": "sheet_without_header", "sheet": sheet.name[:60]})
    if not tables:
        raise RosterError("no_room_column" if without_room else "no_header")
    if sum(len(sheet.rows) - header.index - 1 for sheet, header in tables) > settings.ROSTER_MAX_ROWS:
        raise RosterError("too_many_rows", limit=settings.ROSTER_MAX_ROWS)
    return tables


def _note_columns(header: Header, result: Understood) -> None:
    for label, name, _place in header.named:
        column = {"field": name, "header": label}
        if name and column not in result.columns:
            result.columns.append(column)
    result.left_out += [name for name in header.left_out if name not in result.left_out]
    told = {"fingerprint": header.fingerprint, "columns": [[label, name] for label, name, _place in header.named]}
    if told not in result.headers:
        result.headers.append(told)


class Row:
    """A row behind its header: cells by what they hold, merged ones filled from above."""

    __slots__ = ("columns", "header", "number", "sheet", "tops", "values")

    def __init__(self, sheet: Sheet, header: Header, number: int, values: list[Cell], tops: dict):
        self.sheet, self.header, self.number, self.values, self.tops = sheet, header, number, values, tops
        self.columns = header.columns

    def raw(self, name: str) -> Cell:
        place = self.columns.get(name)
        if place is None:
            return ""
        value = self.values[place] if place < len(self.values) else ""
        if value == "" and self.tops and name in FILLED_DOWN:
            top = self.sheet.merged_down.get((self.number, place))
            value = self.tops.get(top, "")
            if value != "":
                self.sheet.filled.add((self.number, place))
        return value

    def text(self, name: str) -> str:
        """The cell's text; raises CellError for one that must not be guessed at."""
        value = self.raw(name)
        if isinstance(value, Odd):
            if value.kind == "date" and name in {"room", "entrance", "building"}:
                raise CellError("room_date", ask=True)
            raise CellError(f"cell_{value.kind}")
        return value

    def column(self, name: str) -> str:
        return column_letters(self.header.columns.get(name, self.header.columns["room"]) + 1)


def _tops(sheet: Sheet) -> dict[tuple[int, int], Cell]:
    """The values of the first cells of merged blocks."""
    wanted = set(sheet.merged_down.values())
    if not wanted:
        return {}
    rows = {row for row, _column in wanted}
    return {
        (number, place): value
        for number, values in sheet.rows
        if number in rows
        for place, value in enumerate(values)
        if (number, place) in wanted
    }


def _read_sheet(sheet: Sheet, header: Header, only_building, result: Understood) -> list[Entry]:
    fallback = _fallback_building(sheet, header, only_building, result)
    tops = _tops(sheet)
    above = {"building": "", "entrance": ""}
    entries, skipped = [], 0
    for number, values in sheet.rows.after(header.index):
        row = Row(sheet, header, number, values, tops)
        if _is_aside(row):
            skipped += 1
            continue
        result.row_count += 1
        try:
            entries.append(_read_row(row, above, fallback))
        except RowRefused as error:
            room = row.raw("room")
            label = room.text if isinstance(room, Odd) else " ".join(room.split())[:40]
            left = LeftRow(sheet.name, number, label, error.code, row.column(error.name), error.ask, rows=[number])
            _leave(result, left, error.entry)
    if skipped:
        _add_count(result, "totals_skipped", skipped)
    if sheet.filled:
        _add_count(result, "filled_down", len(sheet.filled))
    return entries


def _add_count(result: Understood, code: str, count: int) -> None:
    for finding in result.findings:
        if finding["code"] == code:
            finding["count"] += count
            return
    result.findings.append({"code": code, "count": count})


def _fallback_building(sheet: Sheet, header: Header, only_building, result: Understood) -> tuple[str, str] | None:
    """The building of rows that name none: the sheet's name when it reads like one, or the compound's only one."""
    if cells.looks_like_building(sheet.name):
        code = cells.building_code(sheet.name)
        if "building" not in header.columns:
            result.findings.append({"code": "building_from_sheet", "sheet": sheet.name[:60]})
        return code, cells.building_name(sheet.name, code)
    if only_building and "building" not in header.columns:
        finding = {"code": "building_only_one", "building": only_building[1]}
        if finding not in result.findings:
            result.findings.append(finding)
    return only_building


def _is_aside(row: Row) -> bool:
    """Totals, a repeated header, a signature below the table: no household, and nothing to complain about."""
    filled = [value for value in row.values if value != ""]
    if row.values == row.header.cells or not filled:
        return True
    first = filled[0]
    if isinstance(first, str) and cells.is_total(first):
        return True
    room = row.raw("room")
    if room == "" and len(filled) == 1:
        return True
    return isinstance(room, str) and cells.is_total(room)


class RowRefused(ValueError):
    entry: Entry | None = None  # all but the place, when only that has to be asked for

    def __init__(self, name: str, error: CellError):
        self.name, self.code, self.ask = name, error.code, error.ask
        super().__init__(error.code)


def _leave(result: Understood, left: LeftRow, entry: Entry | None) -> None:
    """A row that waits for a person; rows that ask the same of the same room come together."""
    if entry is None:
        result.left.append(left)
        return
    before = result.left[-1] if result.left else None
    same = before and (before.sheet, before.code, before.room) == (left.sheet, left.code, left.room)
    if before and same and before.home and before.home.asked == entry.asked:
        before.rows.append(left.row)
        _join_person(before.home, entry)
        before.home.rows.append(left.row)
        return
    homes: dict[tuple, Home] = {}
    _join(homes, entry, left.sheet)
    left.home = next(iter(homes.values()))
    left.home.ask = left.code
    left.home.note("asked", column=left.column)
    result.left.append(left)


def _read(row: Row, name: str, read):
    """`read` applied to the text of one cell; what it cannot read refuses the row and names the column."""
    place = row.columns.get(name)
    if place is None:
        return read("")
    text = row.values[place] if place < len(row.values) else ""
    try:
        if type(text) is not str or (not text and row.tops):
            text = row.text(name)
        return read(text)
    except CellError as error:
        raise RowRefused(name, error) from error


def _read_row(row: Row, above: dict[str, str], fallback: tuple[str, str] | None) -> Entry:
    building_text = _filled_down(row, above)
    asked = {"building": building_text, "entrance": above["entrance"], "fallback": list(fallback or ())}
    try:
        place = _place_of(row, asked)
    except RowRefused as refusal:
        if refusal.ask and refusal.name in {"room", "building"} and refusal.code != "floor":
            asked |= _room_as_typed(row)
            nowhere = {"building": "", "building_name": asked["building"], "entrance": "", "room": asked["room"]}
            refusal.entry = _read_facts(row, nowhere | {"key": "", "floor": 1, "place": 1, "dashed": False}, asked)
        raise
    return _read_facts(row, place, NOTHING)


def _room_as_typed(row: Row) -> dict:
    room = row.raw("room")
    if not isinstance(room, Odd):
        return {"room": room}
    month_and_day = re.match(r"[0-9]{4}-0?([0-9]{1,2})-0?([0-9]{1,2})", room.text)
    return {"room": "-".join(month_and_day.groups()) if month_and_day else ""}


def _place_of(row: Row, asked: dict) -> dict:
    room = _read(row, "room", str)
    if not room:
        raise RowRefused("room", CellError("no_room"))
    place = read_place(room, asked, RowRefused)
    told = cells.read_floor(_read(row, "floor", str)) if "floor" in row.header.columns else None
    if told is not None:
        place["floor"] = told
    if place["floor"] is not None and abs(place["floor"]) > HIGHEST_FLOOR:
        raise RowRefused("floor" if told is not None else "room", CellError("floor", ask=True))
    return place


def read_place(room: str, asked: dict, refusal) -> dict:
    """Which door a row means. `refusal(column, error)` makes what is raised; a CellError comes from a cell alone."""
    own = cells.building_code(asked["building"]) if asked["building"] else (*asked["fallback"], "")[0]
    if cells.room_pair(room, own):
        raise refusal("room", CellError("rooms_joined", ask=True))
    try:
        parts = cells.read_room(room)
    except CellError as error:
        raise refusal("room", error) from error
    entrance = cells.entrance_code(asked["entrance"]) if asked["entrance"] else ""
    code, name, dashed = _building_of(parts, asked["building"], asked["fallback"], refusal)
    if parts.entrance and dashed != "building":
        if entrance and parts.dashed and parts.entrance == code:
            dashed = ""  # 3栋 | 2单元 | 3-301: the building said twice
        elif entrance and entrance != parts.entrance:
            raise refusal("room", CellError("room_unclear", ask=True))
        else:
            entrance = parts.entrance
    if len(code) > 20 or len(name) > 40 or len(entrance) > 10 or len(parts.room) > 20:
        raise refusal("room", CellError("room_too_long"))
    floor, place = cells.floor_and_place(parts.key)
    return {
        "building": code,
        "building_name": name,
        "entrance": entrance,
        "room": parts.room,
        "key": parts.key,
        "floor": parts.floor if parts.floor is not None else floor,
        "place": place,
        "dashed": dashed == "entrance",
    }


def _read_facts(row: Row, place: dict, asked: dict) -> Entry:
    """What a row says of people, of whatever place."""
    notes: list[str] = []
    person = _read_person(row, notes)
    occupancy = _note_unless(cells.read_occupancy, _read(row, "occupancy", str), "occupancy_unclear", notes)
    if cells.says_vacant(person.name):
        person.name, occupancy = "", str(Household.Occupancy.VACANT)
        notes.append("name_says_vacant")
    number = _read(row, "household", str)
    return Entry(
        row=row.number,
        **place,
        person=person,
        occupancy=occupancy,
        relation=_read(row, "relation", str),
        count=_read(row, "count", cells.read_count),
        notes=notes,
        household=int(number) if number and re.match(r"[1-9][0-9]{0,14}$", number) else None,
        asked=asked,
    )


def _filled_down(row: Row, above: dict[str, str]) -> str:
    """The building's text; where the building is blank, it and the entrance go on from the row above."""
    building, entrance = _read(row, "building", str), _read(row, "entrance", str)
    if building:
        above["building"], above["entrance"] = building, entrance
    elif above["building"]:
        row.sheet.filled.add((row.number, row.header.columns["building"]))
        above["entrance"] = entrance or above["entrance"]
    else:
        above["entrance"] = entrance
    return above["building"]


def _building_of(parts: cells.RoomParts, text: str, fallback, refusal) -> tuple[str, str, str]:
    """Code, name, and what the first half of `3-301` turned out to be."""
    if text:
        code = cells.building_code(text)
        if parts.building and parts.building != code:
            raise refusal("building", CellError("buildings_differ", ask=True))
        return code, cells.building_name(text, code), "entrance" if parts.dashed else ""
    if parts.building:
        return parts.building, cells.building_name(parts.building, parts.building), ""
    if fallback:
        return *fallback, "entrance" if parts.dashed else ""
    if parts.dashed and parts.entrance:
        return parts.entrance, cells.building_name(parts.entrance, parts.entrance), "building"
    raise refusal("room", CellError("building_unknown", ask=True))


def _note_unless(read, text: str, code: str, notes: list[str]) -> str:
    value = read(text) if text else ""
    if value is None:
        notes.append(code)
    return value or ""


def _read_person(row: Row, notes: list[str]) -> Person:
    name, cleaned = _read(row, "name", cells.read_name)
    phone, in_words, phones = _read_phone(row, notes)
    notes += ["name_cleaned"] * cleaned + ["phone_word"] * in_words
    is_birth_date = isinstance(row.raw("age"), Odd)  # never kept, not even as a band
    age = None if is_birth_date else cells.read_age(row.text("age")) if row.raw("age") else ""
    if age is None:
        notes.append("age_unclear")
    remark = _read(row, "needs", str)
    needs, over_80 = cells.read_remark(remark)
    if remark and not needs and not over_80:
        notes.append("remark_dropped")
    whereabouts = _note_unless(cells.read_whereabouts, _read(row, "whereabouts", str), "whereabouts_unclear", notes)
    return Person(name, phone, age or over_80, whereabouts, needs, phones=phones)


def _read_phone(row: Row, notes: list[str]) -> tuple[str, bool, Sequence[str]]:
    """The number, whether there is none by word, and the numbers when there are several."""
    text = _read(row, "phone", str)
    if not text:
        return "", False, ()
    if not text.isalnum() and cells.MASKED_PHONE.fullmatch(cells.plain(text)):
        notes.append("phone_masked")
        return "", False, ()
    try:
        return *cells.read_phone(text), ()
    except CellError as error:
        if error.code == "two_phones":
            return "", False, _read(row, "phone", cells.split_phones)
        raise RowRefused("phone", error) from error


def _settle_dashes(entries: list[Entry]) -> None:
    """`3-301` in building 3: when every such room of the building begins with 3, the 3 is the building itself."""
    prefixes: dict[str, set[str]] = {}
    for entry in entries:
        if entry.dashed:
            prefixes.setdefault(entry.building, set()).add(entry.entrance)
    for entry in entries:
        if entry.dashed and prefixes[entry.building] == {entry.building}:
            entry.entrance = ""


def _join(homes: dict, entry: Entry, sheet: str) -> None:
    """Add a row to the household of its door."""
    where = (entry.building, entry.entrance, entry.key, entry.household)
    home = homes.get(where)
    if home is None:
        home = homes[where] = Home(
            building=entry.building,
            building_name=entry.building_name,
            entrance=entry.entrance,
            room=entry.room,
            key=entry.key,
            floor=1 if entry.floor is None else entry.floor,
            place=entry.place,
            target=entry.household,
            asked=entry.asked,
            sheet=sheet,
            first_row=entry.row,
            last_row=entry.row - 1,
        )
        if entry.floor is None:
            home.note("floor_guessed")
    if home.sheet == sheet and entry.row == home.last_row + 1:
        home.last_row = entry.row
    else:
        home.note("rows_apart")
        home.last_row = max(home.last_row, entry.row) if home.sheet == sheet else home.last_row
    home.rows.append(entry.row)
    for code in entry.notes:
        home.note(code)
    _join_person(home, entry)


def _join_person(home: Home, entry: Entry) -> None:
    person = entry.person
    if entry.count is not None:
        if home.told_count not in {None, entry.count}:
            home.ask = home.ask or "counts_differ"
            home.counts = sorted({*home.counts, home.told_count or 0, entry.count})
        home.told_count = entry.count
    head, tenant = cells.is_head(entry.relation)
    told = entry.occupancy or ("owner" if head else "tenant" if tenant else "")
    if not entry.occupancy and home.occupancy and told and told != home.occupancy:
        # An owner with a lodger stays an owner's household; the lodger is one of its people.
        home.note("tenant_with_owner")
        told = "owner" if "owner" in {told, home.occupancy} else told
    home.occupancy = told or home.occupancy
    if person.name:
        person.is_contact = head
        home.people.append(person)
        return
    if person.phone or person.phones:
        home.note("phone_without_name")
    if person.needs:
        home.note("remark_dropped")


def _finish(home: Home) -> None:
    """What can only be said once all rows of a door are together."""
    contacts = [person for person in home.people if person.is_contact]
    for person in home.people:
        person.is_contact = False
    if home.people:
        (contacts or home.people)[0].is_contact = True
    if home.told_count == 0 and not home.people and not home.occupancy:
        home.occupancy = str(Household.Occupancy.VACANT)
    names = [cells.name_key(person.name) for person in home.people]
    if len(set(names)) < len(names):
        counts = Counter(names)
        for person in home.people:
            if counts.pop(cells.name_key(person.name), 0) > 1:
                home.note("same_name", name=mask_name(person.name))
    phones = [person.phone for person in home.people if person.phone]
    if len(set(phones)) < len(phones):
        home.note("phone_shared")
    if home.told_count is not None and home.told_count < len(home.people) and home.occupancy != "vacant":
        home.note("count_low", told=home.told_count, named=len(home.people))
    if not home.people and home.occupancy != "vacant":
        home.note("nobody_named")
