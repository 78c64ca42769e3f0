"""What is typed of a notice. Whom it goes to is chosen from the houses the writer keeps."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from notices.audience import MOST_ROOMS
from notices.composing import Draft
from notices.models import Notice, Usual
from notices.models.notices import LONGEST_TEXT
from notices.wordings import Words
from residents.models import Building, Compound, Household, User

Scope = Notice.Scope
SHOWN = 5  # unknown rooms named in a refusal


class MomentField(forms.SplitDateTimeField):
    """A day and a time, each with the browser's own picker and a name of its own for who hears the page."""

    def __init__(self, *, label, **kwargs):
        day = {"type": "date", "aria-label": format_lazy("{} · {}", label, gettext_lazy("day"))}
        time = {"type": "time", "aria-label": format_lazy("{} · {}", label, gettext_lazy("time of day"))}
        widget = forms.SplitDateTimeWidget(date_attrs=day, time_attrs=time, date_format="%Y-%m-%d", time_format="%H:%M")
        super().__init__(widget=widget, label=label, required=False, **kwargs)


class WordsForm(forms.Form):
    """The words alone, of a notice or of a usual one."""

    title = forms.CharField(label=pgettext_lazy("notice", "Title"), max_length=60)
    text = forms.CharField(
        label=gettext_lazy("Text"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 8})
    )
    title_en = forms.CharField(
        label=gettext_lazy("Title in English"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Optional: for neighbours who read no Chinese."),
        widget=forms.TextInput(attrs={"lang": "en"}),
    )
    text_en = forms.CharField(
        label=gettext_lazy("Text in English"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "lang": "en"}),
    )

    def words(self) -> Words:
        told = self.cleaned_data
        return Words(told["title"], _lines(told["text"]), told["title_en"], _lines(told["text_en"]))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def words_initial(words: Words) -> dict[str, str]:
    return {"title": words.title, "text": words.text, "title_en": words.title_en, "text_en": words.text_en}


class NoticeForm(WordsForm):
    scope = forms.ChoiceField(label=gettext_lazy("Goes to"), widget=forms.RadioSelect)
    buildings = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Buildings"),
        queryset=Building.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Of an entrance or of single households: the one building."),
    )
    entrance = forms.CharField(
        label=gettext_lazy("Entrance"), max_length=10, required=False, help_text=gettext_lazy("Only for one entrance.")
    )
    rooms = forms.CharField(
        label=gettext_lazy("Rooms"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("Only for single households: rooms with spaces between, 502 1-301."),
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=60,
        help_text=gettext_lazy("Who says so: committee, sub-district, CDC."),
    )
    is_unconfirmed = forms.BooleanField(
        label=gettext_lazy("Not confirmed yet"),
        required=False,
        help_text=gettext_lazy("Stands above the text, so that nobody takes it for settled."),
    )
    effective_at = MomentField(label=gettext_lazy("Holds from"))
    publish_at = MomentField(
        label=gettext_lazy("Goes out at"),
        help_text=gettext_lazy("Empty: by hand. Once checked, it goes out by itself."),
    )
    expires_at = MomentField(
        label=gettext_lazy("Expires at"), help_text=gettext_lazy("After that no household sees it any more.")
    )
    by_bots = forms.BooleanField(
        label=gettext_lazy("Tell the chat groups' bots too"),
        required=False,
        help_text=gettext_lazy("Only what goes to the whole compound: the groups are everybody's."),
    )
    field_order = ["title", "text", "scope", "buildings", "entrance", "rooms", "source", "is_unconfirmed"]
    WHOM = ("scope", "buildings", "entrance", "rooms", "by_bots")

    def __init__(
        self, *args: Any, compound: Compound, user: User, usual: str = Usual.OTHER, fixed=False, **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.compound, self.usual, self.fixed = compound, usual, fixed
        self.homes: list[Household] = []
        fields: dict[str, Any] = self.fields
        if fixed:  # who gets what puts something right is settled
            for name in self.WHOM:
                del fields[name]
            return
        is_steward = compound.pk in user.access.steward
        fields["scope"].choices = [choice for choice in Scope.choices if is_steward or choice[0] != Scope.COMPOUND]
        fields["buildings"].queryset = houses_kept(compound, user)
        if not is_steward:
            del fields["by_bots"]

    def clean(self):
        cleaned = super().clean()
        if self.fixed:
            return cleaned
        scope, houses = cleaned.get("scope"), list(cleaned.get("buildings") or ())
        if scope in {Scope.ENTRANCE, Scope.HOUSEHOLD} and len(houses) != 1:
            self.add_error("buildings", _("Choose the one building it is in."))
        elif scope == Scope.BUILDING and not houses:
            self.add_error("buildings", _("Choose at least one building."))
        elif scope == Scope.ENTRANCE:
            self._clean_entrance(houses[0], cleaned)
        elif scope == Scope.HOUSEHOLD:
            self._clean_rooms(houses[0], cleaned)
        return cleaned

    def _clean_entrance(self, house: Building, cleaned: dict[str, Any]) -> None:
        named = sorted(set(house.doors.exclude(entrance="").values_list("entrance", flat=True)))
        entrance = unicodedata.normalize("NFKC", cleaned.get("entrance", "")).strip()
        if entrance not in named:
            known = ", ".join(named) or _("it has a single one")
            self.add_error("entrance", _("This building has no such entrance. Known: %(known)s.") % {"known": known})
        cleaned["entrance"] = entrance

    def _clean_rooms(self, house: Building, cleaned: dict[str, Any]) -> None:
        typed = re.split(r"[\s,;、,;]+", unicodedata.normalize("NFKC", cleaned.get("rooms", "")).strip())
        asked = list(dict.fromkeys(room for room in typed if room))
        if not asked:
            self.add_error("rooms", _("Type the rooms it goes to."))
            return
        if len(asked) > MOST_ROOMS:
            self.add_error("rooms", _("%(most)s rooms at the most: choose the building.") % {"most": MOST_ROOMS})
            return
        homes = Household.objects.current().filter(door__building=house).select_related("door__building")
        found: dict[str, list[Household]] = {}
        for home in homes:
            for name in {home.door.room, home.door.full_room, home.door.key}:
                found.setdefault(name, []).append(home)
        unknown = [room for room in asked if room not in found]
        if unknown:
            said = ", ".join(unknown[:SHOWN])
            self.add_error("rooms", _("Nobody is known to live there: %(rooms)s.") % {"rooms": said})
        self.homes = [home for room in asked for home in found.get(room, [])]

    def draft(self) -> Draft:
        told = self.cleaned_data
        moments = {name: told[name] for name in ("effective_at", "publish_at", "expires_at")}
        common = {"words": self.words(), "source": told["source"], "is_unconfirmed": told["is_unconfirmed"], **moments}
        if self.fixed:
            return Draft(**common)
        return Draft(
            **common,
            usual=self.usual,
            scope=told["scope"],
            buildings=list(told["buildings"]),
            entrance=told["entrance"],
            households=self.homes,
            by_bots=told.get("by_bots", False),
        )


def houses_kept(compound: Compound, user: User) -> QuerySet[Building]:
    """The houses somebody may write to."""
    if compound.pk in user.access.steward:
        return compound.buildings.all()
    return compound.buildings.filter(pk__in=user.access.lead_buildings)


def notice_initial(notice: Notice) -> dict[str, Any]:
    rooms = [home.door.full_room for home in notice.households.select_related("door")]
    words = Words(notice.title, notice.text, notice.title_en, notice.text_en)
    names = ("scope", "entrance", "source", "is_unconfirmed", "effective_at", "publish_at", "expires_at", "by_bots")
    return {
        **words_initial(words),
        **{name: getattr(notice, name) for name in names},
        "buildings": list(notice.buildings.values_list("pk", flat=True)),
        "rooms": " ".join(rooms),
    }
