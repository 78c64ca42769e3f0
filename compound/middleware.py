"""The two habits every answer shares."""

from django.conf import settings


def chinese_unless_chosen(get_response):
    """Chinese is the first language of the portal whatever the browser says; the choice in the header wins."""

    def middleware(request):
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        return get_response(request)

    return middleware


def personal_pages_are_not_stored(get_response):
    """Pages of a signed-in person stay out of every cache; views may say otherwise for what holds no person."""

    def middleware(request):
        response = get_response(request)
        if "Cache-Control" not in response and request.user.is_authenticated:
            response["Cache-Control"] = "no-store, private"
        return response

    return middleware
