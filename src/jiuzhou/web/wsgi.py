"""What the web server calls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiuzhou.web.settings")

application = get_wsgi_application()

# After the applications are there: a process must not keep its first search waiting for the tables of sounds, nor its
# first check of a company for those of places.
from jiuzhou.web.store.search import get_ready  # noqa: E402

get_ready()
