"""What residents, volunteers and their accounts leave behind, and how long (residents/retention.py)."""

from axes.models import AccessAttempt, AccessAttemptExpiration, AccessFailureLog, AccessLog
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat, Now
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from residents.models import (
    AccessRecord,
    Building,
    ColumnMapping,
    Compound,
    Device,
    Door,
    Household,
    HouseholdLink,
    Invite,
    JoinStep,
    KeptCount,
    MergeRecord,
    Purge,
    PurgeCertificate,
    PurgeStep,
    Resident,
    RetentionDeed,
    RetentionPeriod,
    RoleGrant,
    RosterImport,
    RosterLine,
    User,
    Volunteer,
)
from residents.retention import BARE, IF_ANY, KeepClass, emptied, goes, keeps, register, stays, until_the_end

MOVED_OUT = KeepClass("moved", _("People who moved out"), _("the day they moved out"), days=90, low=7, high=365)
HISTORY = KeepClass("history", _("Who changed what"), _("the change"), days=180, low=30, high=730)
LOOKS = KeepClass("looks", _("Who looked, who exported"), _("the look or export"), days=365, low=180, high=1095)
IMPORTS = KeepClass("imports", _("Imported rosters"), _("the upload"), days=60, low=40, high=180)
LINKS = KeepClass("links", _("Ended household links and invitations"), _("their end"), days=90, low=7, high=365)
HELPERS = KeepClass("helpers", _("Volunteers who have stopped"), _("the day they stopped"), days=90, low=7, high=365)

HOME = "door__building__compound"
NOBODY = {"name": BARE, "name_pinyin": "", "phone": "", "phone_index": "", "phone_end_index": ""}


def _accounts(compound: Compound) -> Q:
    """Who had a hand in this compound and nowhere else. Stewards and officers answer for it: they stay."""
    here = RoleGrant.objects.filter(compound=compound).values("user")
    helpers = Volunteer.objects.filter(compound=compound).values("user")
    answering = RoleGrant.objects.in_force().exclude(compound=compound, role__in=FLEETING).values("user")
    return (Q(pk__in=here) | Q(pk__in=helpers)) & ~Q(pk__in=answering) & Q(is_superuser=False, is_staff=False)


FLEETING = tuple(role for role in RoleGrant.Role if role not in {RoleGrant.Role.OFFICER, RoleGrant.Role.STEWARD})


def _log_entries(compound: Compound) -> Q:
    return Q(user__in=RoleGrant.objects.filter(compound=compound).values("user"))


def _keys_of(compound: Compound) -> Q:
    return Q(user__in=RoleGrant.objects.filter(compound=compound).values("user"))


GONE_ACCOUNT = {
    "username": Concat(Value("gone-"), Cast(F("pk"), CharField())),
    "display_name": "",
    "first_name": "",
    "last_name": "",
    "email": "",
    "password": "!",
    "is_active": False,
}

register(MOVED_OUT, emptied(Resident, f"household__{HOME}", "moved_out_on", NOBODY))
register(
    HISTORY,
    goes(Resident.history.model, f"household__{HOME}", since="history_date"),
    goes(Household.history.model, HOME, since="history_date"),
    goes(Building.history.model, "compound", since="history_date"),
    goes(Volunteer.history.model, "compound", since="history_date"),
    goes(RoleGrant.history.model, "compound", since="history_date"),
    goes(
        apps.get_model("residents", "HistoricalRoleGrant_buildings"),
        "history__compound",
        since="history__history_date",
    ),
    goes(MergeRecord, f"kept__household__{HOME}", since="at"),
    emptied(JoinStep, "main__building__compound", "at", {"reason": IF_ANY}, end={"reason": IF_ANY}),
    emptied(
        LogEntry,
        _log_entries,
        "action_time",
        {"object_repr": IF_ANY, "change_message": ""},
        end={"object_repr": IF_ANY, "change_message": ""},
        plain=("object_id",),
    ),
)
register(LOOKS, goes(AccessRecord, "compound", since="at", end={"reason": ""}, plain=("subject",)))
register(
    IMPORTS,
    goes(RosterLine, "roster_import__compound", since="roster_import__created_at"),
    goes(RosterImport, "compound", since="created_at"),
)
register(
    LINKS,
    # Steps that came by it and are kept longer hold the row, never the words.
    goes(HouseholdLink, f"household__{HOME}", since="revoked_at", sooner=("revoked_at", {"revoke_reason": IF_ANY})),
    goes(Invite, "volunteer__compound", since="expires_at"),
)
register(
    HELPERS,
    emptied(
        Volunteer,
        "compound",
        "ended_at",
        {"name": BARE},
        end={"name": BARE, "ended_at": Coalesce(F("ended_at"), Now())},
        still=~Q(name=BARE) | Q(ended_at=None),
        plain=("skills",),
    ),
    emptied(
        Device,
        "volunteer__compound",
        "ended_at",
        {"label": ""},
        end={"label": "", "ended_at": Coalesce(F("ended_at"), Now())},
        still=~Q(label="") | Q(ended_at=None),
        plain=("token_hash",),
    ),
    emptied(
        User, _accounts, "volunteer__ended_at", GONE_ACCOUNT, end=GONE_ACCOUNT, still=~Q(username__startswith="gone-")
    ),
)
until_the_end(goes(Household, HOME))
stays(
    _("Places and roles, no people."),
    keeps(Compound, "", plain=("name", "town")),
    keeps(Building, "compound", plain=("name", "code")),
    keeps(Door, "building__compound", plain=("entrance", "room", "key")),
    keeps(RoleGrant, "compound"),
    keeps(ColumnMapping, "compound", plain=("header", "columns")),
)
stays(
    _("Proof of what was deleted, and numbers without people."),
    keeps(RetentionPeriod, "compound", plain=("code",)),
    keeps(RetentionDeed, "compound", plain=("code", "table")),
    keeps(KeptCount, "compound", plain=("table", "key")),
    keeps(Purge, "compound", plain=("reason", "preview", "trouble")),
    keeps(PurgeStep, "purge__compound", plain=("table", "deed", "digest")),
    keeps(PurgeCertificate, "purge__compound", plain=("body", "digest")),
)
stays(
    _("Keys of accounts that still answer for the compound; sessions and failed logins end by themselves."),
    keeps(TOTPDevice, _keys_of, plain=("name", "key")),
    keeps(StaticDevice, _keys_of, plain=("name",)),
    keeps(StaticToken, None),
    keeps(Session, None),
    *(keeps(model, None) for model in (AccessAttempt, AccessAttemptExpiration, AccessFailureLog, AccessLog)),
)
stays(_("Django's own lists."), *(keeps(model, None) for model in (Group, Permission, ContentType)))
