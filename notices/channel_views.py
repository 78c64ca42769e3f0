"""How one person is told, and the bots that tell a compound's groups. Nothing is sent here: rows are written."""

from typing import Any

from django.contrib import messages as flash
from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from notices.forms import BotForm, ChannelChoiceForm
from notices.models import ChannelChoice, Message, Webhook
from notices.services import NoticeError, plan_test
from residents.access import get_kept
from residents.models import Compound


@require_http_methods(["GET", "HEAD", "POST"])
def channels(request):
    choice = ChannelChoice.objects.filter(user=request.user).first() or ChannelChoice(user=request.user)
    form = ChannelChoiceForm(request.POST if request.method == "POST" else None, instance=choice)
    if request.method == "POST" and form.is_valid():
        form.save()
        flash.success(request, _("Saved."))
        return redirect("notices:channels")
    return render(request, "notices/channels.html", {"form": form}, status=422 if form.errors else 200)


def _bots_of(place: Compound) -> list[Any]:
    """Each with the newest message planned for it."""
    newest = Message.objects.filter(webhook=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    bots: list[Any] = list(place.webhooks.defer("secret").annotate(newest_pk=Subquery(newest)).order_by("name", "pk"))
    found = Message.objects.defer("body").in_bulk([bot.newest_pk for bot in bots if bot.newest_pk])
    for bot in bots:
        bot.newest = found.get(bot.newest_pk)
    return bots


@require_http_methods(["GET", "HEAD", "POST"])
def bots(request, pk):
    place = get_kept(Compound.objects, request.user, pk=pk)
    form = BotForm(request.POST if request.method == "POST" else None, instance=Webhook(compound=place))
    if request.method == "POST" and form.is_valid():
        bot = form.save()
        flash.success(request, _("%(bot)s is added. Send a test to see it arrive.") % {"bot": bot})
        return redirect("notices:bots", place.pk)
    context = {"compound": place, "bots": _bots_of(place), "form": form}
    return render(request, "notices/bots.html", context, status=422 if form.errors else 200)


def _kept_bot(request, pk) -> Webhook:
    return get_object_or_404(Webhook.objects.kept_by(request.user).select_related("compound"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def bot_edit(request, pk):
    bot = _kept_bot(request, pk)
    form = BotForm(request.POST if request.method == "POST" else None, instance=bot)
    if request.method == "POST" and form.is_valid():
        form.save()
        flash.success(request, _("Saved."))
        return redirect("notices:bots", bot.compound_id)
    context = {"bot": bot, "compound": bot.compound, "form": form}
    return render(request, "notices/bot_edit.html", context, status=422 if form.errors else 200)


@require_POST
def bot_test(request, pk):
    bot = _kept_bot(request, pk)
    try:
        plan_test(hook=bot)
        flash.success(request, _("The test will be sent within a minute."))
    except NoticeError as error:
        flash.warning(request, str(error))
    return redirect("notices:bots", bot.compound_id)


@require_POST
def bot_switch(request, pk):
    """On or off as the button says, not the other way round from before: pressed twice is pressed once."""
    bot = _kept_bot(request, pk)
    bot.is_active = request.POST.get("active") == "1"
    bot.save(update_fields=["is_active"])
    said = _("%(bot)s is switched on.") if bot.is_active else _("%(bot)s is switched off.")
    flash.success(request, said % {"bot": bot})
    return redirect("notices:bots", bot.compound_id)
