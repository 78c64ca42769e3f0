"""Forms of the residents pages. They clean; services and views write."""

import re
import unicodedata
from datetime import date
from typing import cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.encryption import fingerprint
from residents.joining import MOST_REASON, doors_to_join
from residents.lookalikes import Lookalike, find_lookalikes
from residents.merging import TAKEN
from residents.models import Building, Door, Household, Resident, User
from residents.needs import NEED_WORDS
from residents.phones import PhoneError, normalise_phone
from residents.search import clean_query, room_query

EARLIEST = date(1900, 1, 1)


class NameField(forms.CharField):
    """One line of text: outer blanks dropped, inner ones single, nothing that cannot be seen."""

    def to_python(self, value):
        text = unicodedata.normalize("NFC", super().to_python(value))
        return "".join(char for char in " ".join(text.split()) if char.isprintable())


class PhoneField(forms.CharField):
    def __init__(self, **kwargs):
        super().__init__(max_length=40, required=False, label=_("Phone number"), **kwargs)
        self.widget.attrs |= {"autocomplete": "off", "inputmode": "tel"}

    def clean(self, value):
        try:
            return normalise_phone(super().clean(value))
        except PhoneError as error:
            raise ValidationError(str(error)) from error


class DayField(forms.DateField):
    """A day that has come already: a household that will move in is entered when it does."""

    def __init__(self, **kwargs):
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)

    def validate(self, value):
        super().validate(value)
        if value and value > timezone.localdate():
            raise ValidationError(_("This day is still to come."))
        if value and value < EARLIEST:
            raise ValidationError(_("This day is too long ago."))


class ToldCountField(forms.IntegerField):
    def __init__(self):
        super().__init__(
            min_value=0,
            max_value=99,
            required=False,
            label=_("How many people live here"),
            help_text=_("As told at the door. May be more than the people listed by name."),
        )


class BuildingAddForm(forms.Form):
    name = NameField(max_length=40, label=_("Name"), help_text=_("As people say it, for example 12号楼."))
    code = forms.CharField(
        max_length=20,
        label=_("Code"),
        help_text=_("The bare number or word that rosters are matched by: 12号楼 → 12."),
        validators=[RegexValidator(r"^\w[\w-]*$", _("Letters and digits only."))],
    )
    entrance_count = forms.IntegerField(min_value=1, max_value=30, initial=1, label=_("Entrances"))
    floor_count = forms.IntegerField(
        min_value=1, max_value=120, label=_("Top floor"), help_text=_("The number of the highest floor.")
    )
    missing_floors = forms.CharField(
        max_length=100,
        required=False,
        label=_("Floors that do not exist"),
        help_text=_("Where the count skips some, for example 4, 13, 14."),
    )
    doors_per_floor = forms.IntegerField(min_value=1, max_value=40, label=_("Doors a floor (each entrance)"))
    lift_count = forms.IntegerField(min_value=0, max_value=50, initial=1, label=_("Lifts"))

    def clean_code(self):
        return normal_code(self.cleaned_data["code"])

    def clean_missing_floors(self):
        words = re.split(r"[\s,，、;；]+", unicodedata.normalize("NFKC", self.cleaned_data["missing_floors"]).strip())
        if not all(re.fullmatch(r"\d{0,3}", word, re.ASCII) for word in words):
            raise ValidationError(_("Floor numbers with commas between them, please."))
        return frozenset(int(word) for word in words if word)


class BuildingForm(forms.ModelForm):
    """Name, code and order. The doors themselves are not redrawn: people live behind them."""

    name = NameField(max_length=40, label=_("Name"), help_text=_("As people say it, for example 12号楼."))

    class Meta:
        model = Building
        fields = ["name", "code", "position", "lift_count"]

    def clean_code(self):
        code = normal_code(self.cleaned_data["code"])
        twins = Building.objects.filter(compound=self.instance.compound, code=code).exclude(pk=self.instance.pk)
        if twins.exists():
            raise ValidationError(_("There is already a building with the code %(code)s.") % {"code": code})
        return code


def normal_code(code: str) -> str:
    """`０7` and `7` are one building."""
    code = unicodedata.normalize("NFKC", code).strip().upper()
    return code.lstrip("0") or "0"


class AsksAboutLookalikes(forms.Form):
    """Says who is listed already with this name or number, and wants one more click. It never blocks.

    The page sends back which name and number it warned about: a different one is asked about anew.
    """

    lookalikes: list[Lookalike] = []

    @property
    def asks(self) -> bool:
        return bool(self.lookalikes)

    @property
    def warned_about(self) -> str:
        return fingerprint(f"{self.cleaned_data.get('name', '')}|{self.cleaned_data.get('phone', '')}")

    def look_around(self, *, user: User, door: Door, household_id: int | None, but: int | None, told: set[str]) -> None:
        cleaned = self.cleaned_data
        if self.errors or self.data.get("confirmed") == self.warned_about:
            return
        self.lookalikes = find_lookalikes(
            user=user,
            compound_id=door.building.compound_id,
            household_id=household_id,
            name=cleaned.get("name", "") if "name" in told else "",
            phone=cleaned.get("phone", "") if "phone" in told else "",
            but=but,
        )


class HouseholdAddForm(AsksAboutLookalikes):
    def __init__(self, *args, user: User, door: Door, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.door = user, door

    occupancy = forms.ChoiceField(choices=Household.Occupancy, initial=Household.Occupancy.OWNER, label=_("Occupancy"))
    told_count = ToldCountField()
    name = NameField(max_length=50, required=False, label=_("Who speaks for the household"))
    phone = PhoneField()
    moved_in_on = DayField(required=False, label=_("Moved in on"))

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("phone") and not cleaned.get("name") and "name" not in self.errors:
            self.add_error("name", _("Whose phone is it?"))
        self.look_around(user=self.user, door=self.door, household_id=None, but=None, told={"name", "phone"})
        return cleaned


def refuse_in_after_out(form, cleaned):
    """The database would refuse it too, but without a sentence."""
    moved_in_on, moved_out_on = cleaned.get("moved_in_on"), form.instance.moved_out_on
    if moved_in_on and moved_out_on and moved_in_on > moved_out_on:
        form.add_error("moved_in_on", _("The move out was on %(day)s.") % {"day": moved_out_on.isoformat()})


class HouseholdForm(forms.ModelForm):
    told_count = ToldCountField()
    moved_in_on = DayField(required=False, label=_("Moved in on"))

    class Meta:
        model = Household
        fields = ["occupancy", "told_count", "moved_in_on"]

    def clean(self):
        cleaned = super().clean()
        refuse_in_after_out(self, cleaned)
        return cleaned


class JoinForm(forms.Form):
    joined = forms.TypedChoiceField(
        label=_("The other door"), help_text=_("Only doors of this building behind which nobody is listed.")
    )
    reason = forms.CharField(label=_("Why"), max_length=MOST_REASON)

    def __init__(self, *args, door: Door, **kwargs):
        super().__init__(*args, **kwargs)
        doors = {str(row.pk): row for row in doors_to_join(door)}
        field = cast(forms.TypedChoiceField, self.fields["joined"])
        field.choices = [("", _("Choose a door")), *((key, row.full_room) for key, row in doors.items())]
        field.coerce = doors.get


class MoveOutForm(forms.Form):
    on = DayField(label=_("Moved out on"))


class StaysAtField(forms.CharField):
    """Another door of the compound, written as people say it: `2号楼 402`. Finds one door or says why not."""

    def __init__(self):
        super().__init__(
            max_length=40,
            required=False,
            label=_("Sleeps behind another door"),
            help_text=_("Room with its building, such as 12-502. Counted there and not here. Empty: lives here."),
        )

    def find(self, text: str, *, user: User, home: Door) -> Door | None:
        if not text:
            return None
        doors = Door.objects.visible_to(user).filter(building__compound=home.building.compound_id)
        found = list(doors.filter(room_query(clean_query(text))).select_related("building")[:2])
        if not found:
            raise ValidationError(_("There is no such door in this compound, or it is not yours to see."))
        if len(found) > 1:
            raise ValidationError(_("Several doors are called that. Add the building and the entrance."))
        if found[0].pk in {home.pk, home.joined_to_id}:
            raise ValidationError(_("This is the door they are listed at."))
        if not Household.objects.lived_in().filter(door=found[0]).exists():
            raise ValidationError(_("Nobody is listed as living there. Enter that household first."))
        return found[0]


class ResidentForm(AsksAboutLookalikes, forms.ModelForm):
    """The number on record is never put into the page: an empty field keeps it."""

    name = NameField(
        max_length=50,
        label=pgettext_lazy("of a person", "Name"),
        help_text=_("Or what everybody calls them: 301 阿婆."),
    )
    phone = PhoneField()
    forget_phone = forms.BooleanField(required=False, label=_("Remove the number on record"))
    stays_at_room = StaysAtField()
    moved_in_on = DayField(required=False, label=_("Moved in on"))

    class Meta:
        model = Resident
        fields = ["name", "age_band", "whereabouts", "is_contact", *Resident.NEEDS, "moved_in_on"]

    field_order = ["name", "age_band", "phone", "forget_phone", "is_contact", "whereabouts", "stays_at_room"]

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.name_before = user, self.instance.name
        self.order_fields(self.field_order)
        if self.instance.stays_at:
            self.initial["stays_at_room"] = str(self.instance.stays_at)
        if self.instance.phone:
            self.fields["phone"].help_text = _("On record: %(phone)s. Leave this empty to keep it.") % {
                "phone": self.instance.masked_phone
            }
        else:
            del self.fields["forget_phone"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("phone") and cleaned.get("forget_phone"):
            self.add_error("forget_phone", _("Either a new number or none."))
        refuse_in_after_out(self, cleaned)
        self.look_around(
            user=self.user,
            door=self.instance.household.door,
            household_id=self.instance.household_id,
            but=self.instance.pk,
            told={"phone", *({"name"} if cleaned.get("name") != self.name_before else ())},
        )
        return cleaned

    def clean_stays_at_room(self):
        """What was on record stays, even where it is a door this user could not name."""
        text, before = self.cleaned_data["stays_at_room"], self.instance.stays_at
        if before is None or text != str(before):
            field = cast(StaysAtField, self.fields["stays_at_room"])
            self.instance.stays_at = field.find(text, user=self.user, home=self.instance.household.door)
        return text

    @property
    def new_phone(self) -> str | None:
        """What `save_resident` wants: None keeps the number, empty removes it."""
        if self.cleaned_data.get("forget_phone"):
            return ""
        return self.cleaned_data["phone"] or None


class MergeForm(forms.Form):
    """Only what differs is asked; where one record knows nothing, the other's word is offered first."""

    reason = NameField(
        min_length=2,
        max_length=200,
        label=_("How do you know that they are one person?"),
        help_text=_("Kept on record with your name, so that a mistake can be undone."),
    )

    def __init__(self, *args, kept: Resident, other: Resident, **kwargs):
        super().__init__(*args, **kwargs)
        for name in TAKEN:
            mine, theirs = getattr(kept, name), getattr(other, name)
            if mine == theirs:
                continue
            self.fields[name] = forms.ChoiceField(
                label=TAKEN_LABELS[name],
                widget=forms.RadioSelect,
                choices=[("kept", _shown(kept, name)), ("other", _shown(other, name))],
                initial="kept" if mine else "other",
            )
        known = [need for need in Resident.NEEDS if getattr(kept, need) or getattr(other, need)]
        if known:
            self.fields["needs"] = forms.MultipleChoiceField(
                label=_("Needs at the door"),
                widget=forms.CheckboxSelectMultiple,
                choices=[(need, NEED_WORDS[need]) for need in known],
                initial=known,
                required=False,
            )
        self.order_fields([*TAKEN, "needs", "reason"])

    @property
    def deed(self) -> dict:
        """As `merge_residents` wants it."""
        cleaned = self.cleaned_data
        return {
            "take": {name for name in TAKEN if cleaned.get(name) == "other"},
            "needs": cleaned.get("needs", []),
            "reason": cleaned["reason"],
        }


TAKEN_LABELS = {
    "name": pgettext_lazy("of a person", "Name"),
    "phone": _("Phone number"),
    "age_band": pgettext_lazy("of a person", "Age"),
    "whereabouts": _("Whereabouts"),
}


def _shown(person: Resident, name: str) -> str:
    if name == "phone":
        return person.masked_phone or str(_("none"))
    return str(getattr(person, f"get_{name}_display")()) if name != "name" else person.name


class UnmergeForm(forms.Form):
    reason = NameField(min_length=2, max_length=200, label=_("Why are they two people after all?"))


class RevealForm(forms.Form):
    reason = NameField(
        min_length=3,
        max_length=200,
        label=_("Why do you need the number?"),
        help_text=_("Your name, the time and the reason are kept on record."),
    )


class VolunteerForm(forms.Form):
    name = NameField(max_length=50, label=pgettext_lazy("of a person", "Name"))
