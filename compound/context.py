"""What every page needs to draw its frame."""

from residents.models import Compound


def portal(request):
    """Lazy: a page that does not use the frame (phone shell, fragments) costs no statement."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"my_compounds": lambda: list(Compound.objects.visible_to(user))}
