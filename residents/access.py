"""Permission is the fetch: a view has no object until the question of access is settled.

Scope lives in the querysets (`visible_to`: may look, `kept_by`: may change) and comes from `User.access`.
Not yours is 404, exactly as if it did not exist; yours to look at but not to change is 403.
"""

from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404

from residents.models import User

M = TypeVar("M", bound=Model)


def get_visible(rows: QuerySet[M], user: User, **lookup) -> M:
    """The row if `user` may look at it. Raises Http404 otherwise."""
    return get_object_or_404(rows.visible_to(user), **lookup)  # type: ignore[attr-defined]


def get_kept(rows: QuerySet[M], user: User, **lookup) -> M:
    """The row if `user` may change it. Raises PermissionDenied if they may only look, Http404 otherwise."""
    row = rows.kept_by(user).filter(**lookup).first()  # type: ignore[attr-defined]
    if row is None:
        get_visible(rows, user, **lookup)
        raise PermissionDenied
    return row
