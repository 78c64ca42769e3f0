"""A notice on its way: written, checked, published in the cast's compound."""

from notices.composing import Draft, check_notice, put_right, write_notice
from notices.models import Notice
from notices.publishing import publish_notice
from notices.wordings import Words
from residents.links import issue_links

Scope = Notice.Scope


class Telling:
    def __init__(self, world, *linked):
        self.world = world
        self.secrets = {}
        for building in linked:
            self.secrets |= {one.household: one.secret for one in issue_links(building=building, by=world.chen)}

    def draft(self, title="停水", text="明天停水", title_en="", text_en="", **more):
        return Draft(Words(title, text, title_en, text_en), **{"source": "居委会"} | more)

    def write(self, by=None, **more):
        return write_notice(compound=self.world.jiamu, draft=self.draft(**more), by=by or self.world.chen)

    def check(self, **more):
        return check_notice(notice=self.write(**more), by=self.world.chen)

    def publish(self, now=None, **more):
        row = self.check(**more)
        publish_notice(notice=row, by=self.world.chen, now=now)
        row.refresh_from_db()
        return row

    def right(self, row, change=Notice.Change.CORRECTION):
        later = put_right(notice=row, change=change, by=self.world.chen)
        publish_notice(notice=check_notice(notice=later, by=self.world.chen), by=self.world.chen)
        later.refresh_from_db()
        return later

    def got(self, row):
        return {one.household for one in row.recipients.select_related("household")}
