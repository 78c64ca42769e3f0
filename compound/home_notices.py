"""On a household's own page: what the committee tells it. Opening the page reads nothing; the button says so."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from compound.household import Part, Visitor, home_act, over, thanks
from notices.chat import facts_of
from notices.models import Notice, Reached, Recipient
from notices.reaching import read_by_link
from residents.in_rounds import Reads, in_rounds
from residents.models import Household

MOST = 20  # the newest; what is older and still holds is on the wall


@dataclass
class HomeNotice:
    notice: Notice
    is_read: bool
    later: Notice | None = None  # what puts it right
    earlier: Notice | None = None  # what it puts right
    action: str = ""

    @property
    def is_over(self) -> bool:
        return self.later is not None

    @property
    def title(self) -> str:
        return self.notice.here[0]

    @property
    def text(self) -> str:
        return self.notice.here[1]

    @property
    def facts(self) -> list[str]:
        return facts_of(self.notice)


@in_rounds
def notices_for(household: Household) -> Reads[list[HomeNotice]]:
    """What holds, newest first, and what was put right beside what puts it right. One statement."""
    told = Reached.objects.filter(recipient=OuterRef("pk"), how=Reached.How.LINK)
    told_of = Recipient.objects.filter(household=household, notice__in=Notice.objects.in_force(timezone.now()))
    righted = Notice.objects.published().filter(corrects=OuterRef("notice"))
    told_of = told_of.select_related("notice").annotate(is_read=Exists(told), is_righted=Exists(righted))
    (rows,) = yield (told_of.order_by("-notice__published_at", "-pk")[:MOST],)
    shown = {row.notice.corrects_id for row in rows}
    # Put right by something that has expired meanwhile: neither holds.
    here = [(row.notice, row.is_read) for row in rows if not row.is_righted or row.notice_id in shown]
    by_key = {notice.pk: notice for notice, _is_read in here}
    later = {notice.corrects_id: notice for notice, _is_read in here if notice.corrects_id}
    return [
        HomeNotice(notice, is_read, later.get(notice.pk), by_key.get(notice.corrects_id or 0))
        for notice, is_read in here
    ]


@in_rounds
def notices_part(visitor: Visitor) -> Reads[Part | None]:
    """One step. What is unread stands open; what was read, or was put right, is folded away."""
    found = yield from notices_for.wants(visitor.household)
    if not found:
        return None
    for one in found:
        one.action = visitor.address("home_notice", one.notice.pk)
    fresh = [one for one in found if not one.is_read and not one.is_over]
    known = [one for one in found if one.is_read or one.is_over]
    # An old one that was put right stands below what puts it right, so that both are seen together.
    context = {"fresh": [*_with_old(fresh, found)], "known": [one for one in known if not _is_shown(one, fresh)]}
    return Part("notices", "home/_notices.html", context, style="css/home_notices.css", todo=len(fresh))


def _with_old(fresh: list[HomeNotice], found: list[HomeNotice]):
    by_key = {one.notice.pk: one for one in found}
    for one in fresh:
        yield one
        if one.earlier:
            yield by_key[one.earlier.pk]


def _is_shown(one: HomeNotice, fresh: list[HomeNotice]) -> bool:
    return one.later is not None and any(other.notice.pk == one.later.pk for other in fresh)


@home_act
def home_notice(request: HttpRequest, visitor: Visitor, notice_pk: int) -> HttpResponse:
    """Read. Tapped twice, or on two phones of the family, it is read once. What was put right since is read no more."""
    rows = Recipient.objects.filter(notice=notice_pk, household=visitor.household)
    rows = rows.exclude(notice__in=Notice.objects.righted())
    recipient = rows.filter(notice__in=Notice.objects.in_force(timezone.now())).first()
    if recipient is None:
        return over(visitor)
    read_by_link(recipient=recipient, link=visitor.link)
    return thanks(visitor, "notices")
