import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compound.settings")

application = get_wsgi_application()
# What is loaded by now stays for good: no collection need walk through all of it again.
gc.collect()
gc.freeze()
gc.set_threshold(10_000)
