from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from residents.access import get_kept
from residents.models import Compound
from residents.post_forms import PostForm
from residents.posts import PostError, add_person_at_post, people_at_posts


@require_http_methods(["GET", "HEAD", "POST"])
def posts(request, pk):
    """Guards, staff and volunteers who have no door here: they are expected in rounds too, and come first."""
    place = get_kept(Compound.objects, request.user, pk=pk)
    form = PostForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            person = add_person_at_post(compound=place, **form.cleaned_data)
        except PostError as error:
            form.add_error("post", str(error))
        else:
            messages.success(request, _("%(name)s is expected from the next round on.") % {"name": person.name})
            return redirect(request.path)
    context = {"compound": place, "form": form, "posts": people_at_posts(place)}
    return render(request, "residents/posts.html", context, status=422 if form.errors else 200)
