"""The compound as it stands: buildings, doors, who lives behind them, and who may look after which of them."""

from residents.models.joins import JoinStep
from residents.models.links import HouseholdLink
from residents.models.people import Household, MergeRecord, Resident, mask_name, mask_phone
from residents.models.places import Building, Compound, Door
from residents.models.privacy import KeptCount, Purge, PurgeCertificate, PurgeStep, RetentionDeed, RetentionPeriod
from residents.models.records import AccessRecord, ColumnMapping, RosterImport, RosterLine
from residents.models.users import Access, RoleGrant, User
from residents.models.volunteers import Device, Invite, Skill, Volunteer

__all__ = [
    "Access",
    "AccessRecord",
    "Building",
    "ColumnMapping",
    "Compound",
    "Device",
    "Door",
    "Household",
    "HouseholdLink",
    "Invite",
    "JoinStep",
    "KeptCount",
    "MergeRecord",
    "Purge",
    "PurgeCertificate",
    "PurgeStep",
    "Resident",
    "RetentionDeed",
    "RetentionPeriod",
    "RoleGrant",
    "RosterImport",
    "RosterLine",
    "Skill",
    "User",
    "Volunteer",
    "mask_name",
    "mask_phone",
]
