from django.http import HttpResponse


def recall(request, pk):
    return HttpResponse()
