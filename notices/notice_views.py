"""Notices at the desk: the list, writing, checking, publishing, and putting right what was wrong."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notices.audience import read_audience
from notices.chat import chat_text, facts_of
from notices.composing import (
    change_notice,
    check_notice,
    drop_notice,
    forget_wording,
    put_right,
    word_usual,
    write_notice,
)
from notices.coverage import attach_later, read_cover, with_counts
from notices.models import LadderStep, Notice, Usual
from notices.notice_forms import NoticeForm, WordsForm, notice_initial, words_initial
from notices.publishing import publish_notice
from notices.services import NoticeError
from notices.wordings import SHIPPED, all_words, words_for
from residents.access import get_kept, get_visible
from residents.models import Building, Compound

PAGE = 20
form_page = require_http_methods(["GET", "HEAD", "POST"])
NOTICES = Notice.objects.select_related("compound", "created_by", "checked_by", "published_by", "corrects")


def may_write(user, compound: Compound) -> bool:
    """Stewards to all, leads to their houses."""
    return compound.pk in user.access.steward or (
        compound.pk in user.access.lead_compounds
        and compound.buildings.filter(pk__in=user.access.lead_buildings).exists()
    )


def get_written(request, pk) -> Compound:
    compound = get_visible(Compound.objects, request.user, pk=pk)
    if not may_write(request.user, compound):
        raise PermissionDenied
    return compound


@require_safe
def notice_list(request):
    """What waits first, then what is out, newest first. Six statements."""
    access = request.user.access
    seen = NOTICES.visible_to(request.user)
    waiting = list(seen.filter(published_at=None, dropped_at=None).order_by(F("publish_at").asc(nulls_last=True), "pk"))
    page = Paginator(with_counts(seen.published()).order_by("-published_at", "-pk"), PAGE).get_page(
        request.GET.get("page")
    )
    attach_later(page.object_list)
    compounds = Compound.objects.filter(Q(pk__in=access.steward) | Q(pk__in=access.lead_compounds)).order_by("name")
    for notice in page:
        notice.percent = notice.told * 100 // notice.got if notice.got else 0
    context = {
        "waiting": waiting,
        "page": page,
        "compounds": list(compounds) if access.steward or access.lead_buildings else [],
        "many": len(access.compounds) > 1,
        "is_steward": bool(access.steward),
    }
    return render(request, "notices/notices.html", context)


@require_safe
def notice(request, pk):
    row = get_visible(NOTICES, request.user, pk=pk)
    attach_later([row])
    access = request.user.access
    context: dict[str, Any] = {
        "notice": row,
        "facts": facts_of(row),
        "keeps": Notice.objects.kept_by(request.user).filter(pk=row.pk).exists(),
        "next_one": row.corrections.filter(dropped_at=None).first(),
        "is_steward": bool(access.steward),
    }
    if row.published_at:
        context["cover"] = read_cover(row, Building.objects.visible_to(request.user))
        context["chat"] = "" if row.later else chat_text(row)
        context["kinds"] = LadderStep.Kind.choices[:3]
        context["can_climb"] = row.compound_id in access.steward or bool(access.lead_buildings)
    elif row.is_open:
        context["audience"] = read_audience(row)
    return render(request, "notices/notice.html", context)


@form_page
def add(request, pk):
    compound = get_written(request, pk)
    usual = request.GET.get("usual", Usual.OTHER)
    if usual not in Usual.values:
        raise Http404
    is_steward = compound.pk in request.user.access.steward
    initial = words_initial(words_for(compound, usual)) | {
        "scope": Notice.Scope.COMPOUND if is_steward else Notice.Scope.BUILDING,
        "buildings": list(request.user.access.lead_buildings) if not is_steward else [],
        "by_bots": True,
    }
    form = NoticeForm(request.POST or None, compound=compound, user=request.user, usual=usual, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(write_notice(compound=compound, draft=form.draft(), by=request.user))
        except NoticeError as error:
            form.add_error(None, str(error))
    context = {"form": form, "compound": compound, "usual": Usual(usual), "usuals": all_words(compound)}
    return render(request, "notices/form.html", context, status=422 if form.errors else 200)


@form_page
def edit(request, pk):
    row = get_kept(NOTICES, request.user, pk=pk)
    posted = request.POST if request.method == "POST" else None
    form = NoticeForm(
        posted,
        compound=row.compound,
        user=request.user,
        usual=row.usual,
        fixed=row.corrects_id is not None,
        initial=notice_initial(row),
    )
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(change_notice(notice=row, draft=form.draft()))
        except NoticeError as error:
            form.add_error(None, str(error))
    context = {"form": form, "compound": row.compound, "notice": row, "usual": Usual(row.usual)}
    return render(request, "notices/form.html", context, status=422 if form.errors else 200)


def _deed(request, pk, deed, done: str):
    """A button: done and back to the notice, or back with the sentence."""
    row = get_kept(NOTICES, request.user, pk=pk)
    try:
        deed(row)
        flash.success(request, done)
    except NoticeError as error:
        flash.error(request, str(error))
    return redirect(row)


@require_POST
def check(request, pk):
    return _deed(request, pk, lambda row: check_notice(notice=row, by=request.user), _("Checked."))


@require_POST
def drop(request, pk):
    return _deed(request, pk, lambda row: drop_notice(notice=row), _("Dropped. Nobody has got it."))


@require_POST
def publish(request, pk):
    row = get_kept(NOTICES, request.user, pk=pk)
    try:
        count = publish_notice(notice=row, by=request.user)
        said = ngettext("Published to %(count)s household.", "Published to %(count)s households.", count)
        flash.success(request, said % {"count": count})
    except NoticeError as error:
        flash.error(request, str(error))
    return redirect(row)


@require_POST
def correct(request, pk):
    """Begins the notice that corrects or withdraws it, and goes there."""
    row = get_kept(NOTICES, request.user, pk=pk)
    change = request.POST.get("change", "")
    if change not in Notice.Change.values:
        flash.error(request, _("Choose whether to correct it or to withdraw it."))
        return redirect(row)
    try:
        return redirect("notices:edit", put_right(notice=row, change=change, by=request.user).pk)
    except NoticeError as error:
        flash.error(request, str(error))
    return redirect(row)


# --- Wordings -------------------------------------------------------------------------------------


@require_safe
def wordings(request, pk):
    compound = get_visible(Compound.objects, request.user, pk=pk)
    context = {
        "compound": compound,
        "usuals": all_words(compound),
        "can_write": may_write(request.user, compound),
        "can_keep": pk in request.user.access.steward,
    }
    return render(request, "notices/wordings.html", context)


@form_page
def wording(request, pk, usual):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    if usual not in SHIPPED:
        raise Http404
    form = WordsForm(request.POST or None, initial=words_initial(words_for(compound, usual)))
    if request.method == "POST" and "forget" in request.POST:
        forget_wording(compound=compound, usual=usual)
        flash.success(request, _("The wording that comes with the portal is used again."))
        return redirect("notices:wordings", pk)
    if request.method == "POST" and form.is_valid():
        word_usual(compound=compound, usual=usual, words=form.words(), by=request.user)
        flash.success(request, _("Saved."))
        return redirect("notices:wordings", pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "compound": compound, "usual": Usual(usual)}
    return render(request, "notices/wording.html", context, status=status)
