"""A handover's picture, for whoever may see the visit. Who looked is on record."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from residents.access import get_visible
from residents.models import AccessRecord
from supplies.models import HandoverPhoto
from supplies.photos import read_photo


@require_safe
def photo(request, pk):
    row = get_visible(HandoverPhoto.objects.select_related("visit__round__compound"), request.user, pk=pk)
    content = read_photo(row)
    if content is None:
        raise Http404
    AccessRecord.objects.create(
        user=request.user,
        compound=row.visit.round.compound,
        deed=AccessRecord.Deed.LOOK,
        subject=f"visit {row.visit_id}: photo {row.pk}",
    )
    response = HttpResponse(content, content_type="image/jpeg")
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    return response
