"""The administration for repairs: a steward on the staff sees and repairs the rows of the compounds they keep.

Scope is one path from a model to its compound. Everything that could show another compound's rows goes through it:
lists, choices, autocomplete, filters, lookups in the address, history. Whoever saves has seen what is saved over.
"""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path, unquote
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin

from residents.encryption import EncryptedTextField
from residents.models import User

DEEDS = frozenset({"view", "add", "change", "delete"})
LOOKUP_ENDS = {"exact", "id__exact", "pk__exact", "isnull", "isempty", "gte", "lt", "year", "month", "day"}
REASON_LENGTH = 100


def row_version(row: Model, but: frozenset[str] = frozenset()) -> str:
    """Says whether a row is still as it was. Keyed, so that it tells nothing of what is in it."""
    fields = [field for field in row._meta.concrete_fields if field.name not in but]
    text = json.dumps({field.attname: str(getattr(row, field.attname)) for field in fields}, sort_keys=True)
    return salted_hmac("residents.scoped_admin", f"{row._meta.label}:{row.pk}:{text}", algorithm="sha256").hexdigest()


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """The choices beside a list are the user's own too."""

    def field_choices(self, field, request, model_admin):
        ordering = self.field_admin_ordering(field, request, model_admin)
        mine = model_admin.in_scope(field.remote_field.model, request.user).values("pk")
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to={"pk__in": mine})


class ScopedAdmin(admin.ModelAdmin):
    compound_path = ""  # from the model to its compound; empty: for superusers alone
    deeds = DEEDS
    steward_deeds = frozenset({"view", "change"})
    view_on_site = False
    show_full_result_count = False
    change_form_template = "admin/guarded_change_form.html"
    asks_reason = False
    changes_by_itself: frozenset[str] = frozenset()  # fields the portal writes without a person

    # --- Whose rows -------------------------------------------------------------------------------------

    def scope(self, rows: QuerySet, user: User) -> QuerySet:
        if user.is_superuser:
            return rows
        if not self.compound_path:
            return rows.none()
        return rows.filter(**{f"{self.compound_path}__in": user.access.steward})

    def in_scope(self, model: type[Model], user: User) -> QuerySet:
        """The rows of any model that the user reaches here; of models without a scope, none."""
        rows: QuerySet = model._default_manager.all()
        other = self.admin_site._registry.get(model)
        if isinstance(other, ScopedAdmin):
            return other.scope(rows, user)
        return rows if user.is_superuser else rows.none()

    def get_queryset(self, request):
        return self.scope(super().get_queryset(request), request.user)

    def may(self, request, deed: str, row: Model | None = None) -> bool:
        user = request.user
        if deed not in self.deeds or not user.is_active or not user.is_staff:
            return False
        if user.is_superuser:
            return True
        if not self.compound_path or deed not in self.steward_deeds or not user.access.steward:
            return False
        return row is None or self.scope(self.model._default_manager.filter(pk=row.pk), user).exists()

    def has_module_permission(self, request):
        return self.may(request, "view")

    def has_view_permission(self, request, obj=None):
        return self.may(request, "view", obj)

    def has_add_permission(self, request, obj=None):
        return self.may(request, "add")

    def has_change_permission(self, request, obj=None):
        return self.may(request, "change", obj)

    def has_delete_permission(self, request, obj=None):
        return self.may(request, "delete", obj)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if not request.user.is_superuser:
            kwargs["queryset"] = self.in_scope(db_field.remote_field.model, request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if not request.user.is_superuser:
            kwargs["queryset"] = self.in_scope(db_field.remote_field.model, request.user)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_list_filter(self, request):
        return [self._scoped(each) for each in super().get_list_filter(request)]

    def _scoped(self, each: Any) -> Any:
        if isinstance(each, str) and get_fields_from_path(self.model, each)[-1].remote_field:
            return each, ScopedRelatedFilter
        return each

    def lookup_allowed(self, lookup, value, request):
        """Only what the filters beside the list ask. A lookup of one's own could spell out what is not shown."""
        if request.user.is_superuser:
            return super().lookup_allowed(lookup, value, request)
        asked = [each if isinstance(each, str) else each[0] for each in self.list_filter]
        asked += [self.date_hierarchy] if self.date_hierarchy else []
        return any(
            lookup == name or (lookup.startswith(f"{name}__") and lookup[len(name) + 2 :] in LOOKUP_ENDS)
            for name in asked
        )

    def history_view(self, request, object_id, extra_context=None):
        self._refuse_foreign(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def _refuse_foreign(self, request, object_id) -> None:
        """Of what is gone a superuser may still read; to anybody else it is as if it had never been."""
        if not request.user.is_superuser and self.get_object(request, unquote(object_id)) is None:
            raise Http404

    # --- Nobody saves over what they have not seen ----------------------------------------------------------

    def get_form(self, request, obj=None, change=False, **kwargs):
        form_class = super().get_form(request, obj, change=change, **kwargs)
        if not change or obj is None:
            return form_class
        if not hasattr(request, "row_version"):  # asked again with the form's values already in the row
            request.row_version = row_version(obj, self.changes_by_itself)
        model_admin = self

        class GuardedForm(form_class):  # type: ignore[misc, valid-type]
            def clean(self):
                cleaned = super().clean()
                model_admin.refuse_blind_save(request, self)
                return cleaned

        return GuardedForm

    def refuse_blind_save(self, request, form: forms.ModelForm) -> None:
        current = self.model._default_manager.select_for_update(of=("self",)).get(pk=form.instance.pk)
        if not constant_time_compare(request.POST.get("_version", ""), row_version(current, self.changes_by_itself)):
            told = _("This was changed while you were editing. Nothing of yours was saved: compare, then save again.")
            raise ValidationError([told, *self._differences(current, form)])
        if self.asks_reason and form.has_changed() and not request.POST.get("_reason", "").strip():
            raise ValidationError(_("Say why, in a few words: it stands in the history beside your name."))

    def _differences(self, current: Model, form: forms.ModelForm) -> list[str]:
        lines = []
        for field in current._meta.concrete_fields:
            if field.name not in form.cleaned_data or isinstance(field, EncryptedTextField):
                continue
            now, yours = getattr(current, field.name), form.cleaned_data[field.name]
            if now != yours:
                words = {"field": field.verbose_name, "now": self._say(field, now), "yours": self._say(field, yours)}
                lines.append(_("%(field)s: now “%(now)s”, yours “%(yours)s”") % words)
        return lines

    def _say(self, field, value: Any) -> str:
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        chosen = dict(field.flatchoices or []).get(value, value)
        return "–" if chosen in (None, "") else str(chosen)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["row_version"] = getattr(request, "row_version", "")
        context["asks_reason"] = self.asks_reason and change
        context["reason"] = request.POST.get("_reason", "")
        context["reason_length"] = REASON_LENGTH
        return super().render_change_form(request, context, add, change, form_url, obj)

    # --- Many at once ---------------------------------------------------------------------------------------

    def do_each(self, request, rows: QuerySet, deed, words: str, error: type[ValueError]) -> None:
        """A service for each row, each logged. One that is refused does not stop the others."""
        done = 0
        for row in rows:
            try:
                deed(row)
            except error as refusal:
                self.message_user(request, f"{row}: {refusal}", level="WARNING")
            else:
                self.log_change(request, row, words)
                done += 1
        self.message_user(request, _("%(words)s: %(count)s") % {"words": words, "count": done})


class FactAdmin(ScopedAdmin):
    """Facts: to look at, not to make, change or remove."""

    deeds = frozenset({"view"})


class ScopedHistoryAdmin(ScopedAdmin, SimpleHistoryAdmin):
    """With the reason of each change beside who and when."""

    asks_reason = True

    def save_model(self, request, obj, form, change):
        obj._change_reason = request.POST.get("_reason", "").strip()[:REASON_LENGTH] or None
        super().save_model(request, obj, form, change)

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        self._refuse_foreign(request, object_id)
        return super().history_form_view(request, object_id, version_id, extra_context)
