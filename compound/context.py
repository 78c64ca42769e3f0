"""What every page needs to draw its frame."""

from django.utils.functional import SimpleLazyObject

from notices.models import Message


def portal(request):
    """Lazy: a page or fragment without the frame (phone shell, live parts) costs no statement."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"unread_count": SimpleLazyObject(lambda: Message.objects.inbox_of(user).unread().count())}
