"""What is typed at the desk. A household without a phone is named by its building and room; numbers are read as
residents.numbers_typed reads them everywhere."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models import Building, Compound, Household, User, Volunteer
from residents.numbers_typed import NumberError, read_quantity
from residents.rooms_typed import find_home
from rounds.forms import MomentField
from sharing.models import Category, Corner, Drive, Part, Pledge
from sharing.models.corner import MOST
from sharing.models.drives import MOST_OF_A_PART
from sharing.telling import SharingError, Teller, check_words


class CountField(forms.CharField):
    """A whole number as somebody types it. What was typed stays in the field when it is refused."""

    def __init__(self, *, most: int = MOST, **kwargs: Any):
        self.most = most
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(max_length=40, widget=widget, **kwargs)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_quantity(text, most=self.most)
        except NumberError as error:
            raise ValidationError(str(error)) from None


class WordsField(forms.CharField):
    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return check_words(text, self.max_length or 200) if text else ""
        except SharingError as error:
            raise ValidationError(str(error)) from None


def day(label: Any, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **kwargs)


class ForHousehold(forms.Form):
    """For whom something is typed: a household the user keeps."""

    building = forms.ModelChoiceField(label=_("Building"), queryset=Building.objects.none(), empty_label=None)
    room = forms.CharField(label=_("Room"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    heard_by = forms.ModelChoiceField(
        label=_("Heard by"),
        queryset=Volunteer.objects.none(),
        required=False,
        help_text=_("The volunteer who heard it at the door, if it was one."),
    )

    def __init__(self, *args: Any, compound: Compound, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        houses = compound.buildings.houses()  # type: ignore[attr-defined]
        if compound.pk not in user.access.steward:
            houses = houses.filter(pk__in=user.access.lead_buildings)
        self.user = user
        self.fields["building"].queryset = houses  # type: ignore[attr-defined]
        active = Volunteer.objects.active().filter(compound=compound)
        self.fields["heard_by"].queryset = active  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("building") and cleaned.get("room"):
            try:
                cleaned["household"] = find_home(cleaned["building"], cleaned["room"], Household.objects.lived_in())
            except ValidationError as error:
                self.add_error("room", error)
        return cleaned

    def told(self) -> dict[str, Any]:
        """For the service: what was typed, for which household, by whom."""
        told = dict(self.cleaned_data)
        heard_by = told.pop("heard_by")
        for name in ("building", "room"):
            told.pop(name)
        return told | {"teller": Teller(by=self.user, heard_by=heard_by)}


class ThingForm(forms.Form):
    category = forms.ChoiceField(label=_("Kind"), choices=Category.choices)
    what = WordsField(label=_("What"), max_length=60)
    quantity = CountField(label=_("How many"))
    unit = WordsField(label=_("Unit"), max_length=12, initial="份")


class OfferForm(ThingForm):
    """As a household fills it in, and the beginning of what is filled in for one."""

    use_by = day(_("Good until"), required=False, help_text=_("Food needs it: after that day it goes from the list."))
    place = WordsField(
        label=_("Where to pick it up"), max_length=60, help_text=_("Without meeting: on the door handle, in the lobby.")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        use_by = cleaned.get("use_by")
        if cleaned.get("category") == Category.FOOD and not use_by and "use_by" not in self.errors:
            self.add_error("use_by", _("Say until which day the food is good."))
        if use_by and use_by < timezone.localdate():
            self.add_error("use_by", _("This day has passed."))
        return cleaned


class WishForm(ThingForm):
    until = day(_("Needed until"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("until") and cleaned["until"] < timezone.localdate():
            self.add_error("until", _("This day has passed."))
        return cleaned


class AnswerForm(forms.Form):
    quantity = CountField(label=_("How many"))
    place = WordsField(label=_("Where to pick it up"), max_length=60)
    use_by = day(_("Good until"), required=False)


class ProxyOfferForm(ForHousehold, OfferForm):
    pass


class ProxyWishForm(ForHousehold, WishForm):
    pass


class ProxyAnswerForm(ForHousehold, AnswerForm):
    pass


class ProxyReserveForm(ForHousehold):
    quantity = CountField(label=_("How many"), initial="1")


class ProxyPledgeForm(ForHousehold):
    part = forms.ModelChoiceField(label=_("Part"), queryset=Part.objects.none(), empty_label=None)
    quantity = CountField(label=_("How much"), most=MOST_OF_A_PART)
    field_order = ["part", "quantity"]

    def __init__(self, *args: Any, drive: Drive, **kwargs: Any):
        super().__init__(*args, compound=drive.compound, **kwargs)
        self.fields["part"].queryset = drive.parts.select_related("drive")  # type: ignore[attr-defined]
        if drive.building_id:
            houses = self.fields["building"].queryset  # type: ignore[attr-defined]
            self.fields["building"].queryset = houses.filter(pk=drive.building_id)  # type: ignore[attr-defined]


class CornerForm(forms.ModelForm):
    hours = WordsField(
        label=_("When things are carried"),
        max_length=60,
        required=False,
        help_text=_("For example: daily 15:00 to 17:00."),
    )

    class Meta:
        model = Corner
        fields = ["most_reservations", "most_pieces", "hold_minutes", "hours"]


class WhyForm(forms.Form):
    reason = WordsField(label=_("Why"), max_length=200)


class DriveForm(forms.Form):
    title = WordsField(label=_("What it becomes"), max_length=60, help_text=_("A birthday cake, 200 dumplings."))
    goes_to = WordsField(
        label=_("Who gets it"), max_length=100, help_text=_("Without names: all the children of the house.")
    )
    pledge_until = MomentField(label=_("Promise until"))
    collect_at = MomentField(label=_("Collected from"))
    where = WordsField(
        label=_("Where parts are put"), max_length=60, help_text=_("Without meeting: on the door handle.")
    )
    kitchen_building = forms.ModelChoiceField(
        label=_("Kitchen: building"), queryset=Building.objects.none(), required=False
    )
    kitchen_room = forms.CharField(
        label=_("Kitchen: room"), max_length=20, required=False, help_text=_("Where the parts are taken to.")
    )
    runner = forms.ModelChoiceField(label=_("Who collects"), queryset=Volunteer.objects.none(), required=False)

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kitchen_building"].queryset = compound.buildings.houses()  # type: ignore[attr-defined]
        active = Volunteer.objects.active().filter(compound=compound)
        self.fields["runner"].queryset = active  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        until, collect_at = cleaned.get("pledge_until"), cleaned.get("collect_at")
        if until and collect_at and collect_at < until:
            self.add_error("collect_at", _("Collecting begins after the last promise."))
        building, room = cleaned.pop("kitchen_building", None), cleaned.pop("kitchen_room", "")
        cleaned["kitchen"] = None
        if room and building is None:
            self.add_error("kitchen_building", _("Name the building too."))
        elif room:
            try:
                cleaned["kitchen"] = find_home(building, room, Household.objects.lived_in())
            except ValidationError as error:
                self.add_error("kitchen_room", error)
        return cleaned


class NewDriveForm(DriveForm):
    building = forms.ModelChoiceField(label=_("Whose drive"), queryset=Building.objects.none(), required=False)
    field_order = ["title", "goes_to", "building"]

    def __init__(self, *args: Any, compound: Compound, user: User, **kwargs: Any):
        super().__init__(*args, compound=compound, **kwargs)
        field: Any = self.fields["building"]
        houses = compound.buildings.houses()  # type: ignore[attr-defined]
        if compound.pk in user.access.steward:
            field.queryset, field.empty_label = houses, _("the whole compound")
        else:
            field.queryset, field.empty_label = houses.filter(pk__in=user.access.lead_buildings), None
            field.required = True


class PartForm(forms.Form):
    name = WordsField(label=_("Part"), max_length=40)
    quantity = CountField(label=_("How much"), most=MOST_OF_A_PART)
    unit = WordsField(label=_("Unit"), max_length=12)


class PartCountForm(forms.Form):
    quantity = CountField(label=_("How much"), most=MOST_OF_A_PART)


class CollectedForm(forms.Form):
    STATES = (Pledge.State.COLLECTED, Pledge.State.MISSED, Pledge.State.PLEDGED)
    state = forms.ChoiceField(choices=[(state.value, state.label) for state in STATES])


class MadeForm(forms.Form):
    result_count = CountField(label=_("Portions made"), most=MOST_OF_A_PART)


class PortionsForm(forms.Form):
    homes = forms.ModelMultipleChoiceField(queryset=Household.objects.none())

    def __init__(self, *args: Any, building: Building, **kwargs: Any):
        super().__init__(*args, **kwargs)
        lived_in = Household.objects.lived_in().filter(door__building=building)
        self.fields["homes"].queryset = lived_in  # type: ignore[attr-defined]
        self.fields["homes"].error_messages["required"] = _("Choose at least one door.")


class NoteForm(forms.Form):
    note = WordsField(label=_("Remark"), max_length=200, required=False)


def first_error(form: forms.Form) -> str:
    return next((str(text) for texts in form.errors.values() for text in texts), "")
