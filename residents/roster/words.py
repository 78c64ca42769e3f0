"""Every sentence the roster import may say, by code, so that a stored code can be read in either language.

What is stored beside a code is at most a count, a row, a column, a header or a masked name: never a cell of the file.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from residents.listing import listed

# Why a whole file is refused.
FILE = {
    "empty": _("The file is empty."),
    "too_big": _("The file is larger than %(limit)s MB. Remove pictures, or split it by building."),
    "too_heavy": _("The workbook needs more time or memory than a roster may. Keep only the roster's columns."),
    "password": _("The workbook is protected by a password. Remove the password and upload it again."),
    "html": _("This is a web page saved with a spreadsheet's name. Open it in Excel and save it as .xlsx."),
    "word": _("This is a Word document. Copy the table into a spreadsheet and save it as .xlsx."),
    "other_office": _("This kind of workbook cannot be read. Save it as .xlsx."),
    "not_workbook": _("The file is named like a workbook but is none. If it is text, name it .csv."),
    "broken_workbook": _("The workbook is damaged or cut off. Open it in Excel, save it again and upload that."),
    "unpacks_too_big": _("The workbook unpacks to more than %(limit)s MB and was not opened."),
    "too_many_sheets": _("The workbook has more than %(limit)s sheets."),
    "reaches_too_far": _(
        "Sheet “%(sheet)s” reaches to row %(row)s, column %(column)s. "
        "Delete the empty rows and columns behind the table."
    ),
    "too_much_text": _("The workbook holds more text than a roster can. Keep only the roster's columns."),
    "nul": _("The file holds binary bytes and is no text table. Save it as .xlsx or CSV."),
    "encoding": _("The text is neither UTF-8 nor GB18030. Save it as “CSV UTF-8” or .xlsx."),
    "cut_off": _("The file ends in the middle of a character: it was cut off. Export it again."),
    "csv_quote": _("A quotation mark near line %(line)s is never closed, or stands in the wrong place."),
    "csv_field": _("A cell near line %(line)s is too long for a roster."),
    "too_many_rows": _("The roster has more than %(limit)s rows. Split it by building."),
    "no_header": _(
        "No header was found in the first ten rows. One row must name the columns, such as 室号, 姓名, 电话."
    ),
    "no_room_column": _("There is no column for the room (室号, 房号 or 门牌)."),
    "no_rows": _("There is a header but no household below it."),
    "no_building": _(
        "Nothing says which building a room belongs to. Add a column 楼号, or name each sheet 1号楼, 2号楼…"
    ),
    "wrong_compound": _("None of the buildings in this file belongs to %(compound)s. Is it another compound's roster?"),
    "kept_stopping": _("Reading this file stopped the worker three times, so it was set aside."),
    "failed": _("The file could not be read. Save it again as .xlsx; if that does not help, tell your administrator."),
}

# Why one row is left out. `ask` means that only a person can know.
ROW = {
    "no_room": _("there is no room in column %(column)s"),
    "room_unclear": _("the room in column %(column)s cannot be understood"),
    "room_date": _(
        "Excel turned the room in column %(column)s into a date; format the column as text and type it again"
    ),
    "room_too_long": _("the room or building in column %(column)s is too long"),
    "cell_error": _("the cell in column %(column)s shows an error of Excel"),
    "cell_formula": _("the formula in column %(column)s has no stored result; open the file in Excel and save it"),
    "cell_date": _("there is a date in column %(column)s"),
    "phone": _("the phone in column %(column)s is no phone number"),
    "two_phones": _("somebody has several phone numbers in one cell"),
    "name_too_long": _("the name in column %(column)s is longer than 50 characters"),
    "count": _("the number of people in column %(column)s is no number from 0 to 99"),
    "building_unknown": _("nothing says which building this room is in"),
    "buildings_differ": _("the building column and the room name different buildings"),
    "entrance_missing": _("the building has several entrances and the row names none"),
    "entrance_unknown": _("the building has no entrances in the portal, the row names one"),
    "floor": _("the floor cannot be right"),
    "counts_differ": _("rows of this door tell different numbers of people"),
    "rooms_joined": _(
        "column %(column)s names two rooms: say behind which of them the household is listed. "
        "If the flats are knocked through, join the two doors on the door's page"
    ),
    "door_joined": _("this door is joined to another one, behind which its household is listed"),
    "door_twice": _("another line of the file is about the same door"),
    "several_households": _("several households live behind this door; correct them on their own page"),
    "vacant_but_lived_in": _("the roster says vacant, the portal knows people living there"),
}

# What a person may choose for a line that asks.
CHOICE = {
    "choose_entrance": _("entrance %(entrance)s"),
    "choose_no_entrance": _("no entrance"),
    "choose_household": _("the household of %(names)s"),
    "choose_one_more": _("one more household"),
    "choose_count": _("%(count)s people"),
    "choose_phone": _("call %(phone)s"),
    "choose_away": _("they are away"),
    "choose_building": _("building %(building)s"),
    "choose_room": _("room %(room)s"),
    "choose_behind": _("the household behind %(room)s"),
}

# What was noticed about a household that can be applied.
NOTE = {
    "new_building": _("new building"),
    "new_door": _("new door"),
    "new_household": _("new household behind a known door"),
    "set": _("%(field)s: %(old)s → %(new)s"),
    "set_person": _("%(name)s, %(field)s: %(old)s → %(new)s"),
    "set_need": _("%(name)s: %(field)s"),
    "add_person": _("added: %(name)s"),
    "not_in_file": _("not in the file, kept: %(name)s"),
    "same_name": _("two people of the same name are both kept: %(name)s"),
    "count_low": _("fewer people told (%(told)s) than named (%(named)s)"),
    "phone_word": _("no phone: the cell said in words that there is none"),
    "phone_masked": _("a masked phone changes nothing"),
    "household_unknown": _("the household's number belongs to nobody behind this door"),
    "phone_without_name": _("a phone without a name was not stored"),
    "phone_shared": _("one phone for several people"),
    "name_cleaned": _("invisible characters removed from a name"),
    "name_says_vacant": _("the name says that nobody lives here"),
    "nobody_named": _("nobody named"),
    "tenant_with_owner": _("owner and tenant in one household"),
    "entrance_found": _("entrance taken from the portal"),
    "entrance_dropped": _("entrance left out: the building has only one"),
    "age_unclear": _("age not understood"),
    "occupancy_unclear": _("occupancy not understood"),
    "whereabouts_unclear": _("whereabouts not understood"),
    "remark_dropped": _("a remark without help flags was not stored"),
    "joined_door": _("%(door)s is joined to %(main)s: taken for the household there"),
    "joined_rows": _("the rows of %(door)s, a joined door, are counted here"),
    "rows_apart": _("rows of this door do not follow each other"),
    "floor_guessed": _("floor not told, taken as 1"),
}

# What was noticed about the file as a whole.
FINDING = {
    "sheet_hidden": _("Sheet “%(sheet)s” is hidden and was not read."),
    "sheet_without_header": _("Sheet “%(sheet)s” has no header and was not read."),
    "building_from_sheet": _("The building is taken from the name of the sheet “%(sheet)s”."),
    "building_only_one": _("No building is named; the compound has only one: %(building)s."),
    "filled_down": _("Merged or blank building, floor or entrance cells were filled from above: %(count)s."),
    "totals_skipped": _("Rows of totals or remarks left out: %(count)s."),
    "unsure_encoding": _(
        "Read as %(encoding)s text. Only a person can say whether that is right: look at the names before you apply."
    ),
    "new_buildings": _("New buildings: %(names)s."),
    "decoded": _("Read as %(encoding)s text, separated by %(separator)s."),
}

# What became of a line when the import was taken back.
RETURNED = {
    "back": _("taken back"),
    "changed_since": _("kept: the household or its people were changed since"),
    "in_use": _("kept: visits or other records refer to it"),
}

# Why columns cannot be read as a person said.
MAPPING = {
    "other_header": _("These are not the columns of this file. Please look at the page again."),
    "twice": _("Two columns cannot mean the same."),
    "no_room": _("One column must be the room."),
}

COLUMN = {
    "building": _("building"),
    "entrance": _("entrance"),
    "floor": _("floor"),
    "room": _("room"),
    "name": _("person's name"),
    "phone": _("phone"),
    "count": _("people, as told"),
    "occupancy": _("occupancy"),
    "relation": _("relation to the householder"),
    "age": _("age"),
    "needs": _("remarks (only help flags are kept)"),
    "whereabouts": _("whereabouts"),
    "household": _("number of the household"),
}


class RosterError(ValueError):
    """A whole file is refused, with a sentence that a steward can act on."""

    def __init__(self, code: str, **values):
        self.code, self.values = code, values
        super().__init__(str(FILE[code]) % values)


class RosterStateError(ValueError):
    """A button came too late: somebody else, or the worker, was there first."""


class RosterUnsureError(ValueError):
    """Nobody has said yet that the names of the file read right."""


def sentence(table: dict, note: dict) -> str:
    """The sentence of a stored note in the reader's language; a code of an older version is shown as it is."""
    code = note.get("code", "")
    try:
        # Stored as a list, joined for who reads it: 、 or a comma.
        return str(table[code]) % {key: listed(told) if isinstance(told, list) else told for key, told in note.items()}
    except KeyError:
        return code


def default_sentence(error: RosterError) -> str:
    """What is stored for the admin: the worker has no reader, so Chinese."""
    with override("zh-hans"):
        return str(FILE[error.code]) % error.values
