"""Permission is the fetch: a view has no object until the question of access is settled.

Scope lives in the querysets (`visible_to`: may look, `kept_by`: may change) and comes from `User.access`.
Not yours is 404, exactly as if it did not exist; yours to look at but not to change is 403.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from residents.models import User


def get_visible(rows: Any, user: User, **lookup) -> Any:
    """The row of a manager or queryset with `visible_to`, if `user` may look at it. Raises Http404 otherwise."""
    return get_object_or_404(rows.visible_to(user), **lookup)


def get_kept(rows: Any, user: User, **lookup) -> Any:
    """The row if `user` may change it. Raises PermissionDenied if they may only look, Http404 otherwise."""
    row = rows.kept_by(user).filter(**lookup).first()
    if row is None:
        get_visible(rows, user, **lookup)
        raise PermissionDenied
    return row
