"""The demo and small installations in one command: web server and scheduler, started and stopped together."""

import os
import socket
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from honcho.manager import Manager

from compound.demo import PASSWORD, fresh_invite_link
from compound.demo_antigen import fresh_household_link
from residents.models import User


class Command(BaseCommand):
    help = "Serve the portal with its scheduler until Ctrl-C."

    def add_arguments(self, parser):
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", default=os.environ.get("PORT", "8000"))

    def handle(self, *, host, port, **options):
        if not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
            raise CommandError(f"PORT must be a number from 1 to 65535, not {port!r}.")
        self._claim(host, int(port))
        self._welcome(host, port)
        environment = os.environ | {"PYTHONUNBUFFERED": "1", "PUBLIC_URL": self._public_url(host, port)}
        python = sys.executable
        manager = Manager()
        manager.add_process(
            "web",
            f"{python} -m gunicorn compound.wsgi --bind {host}:{port} --workers 2 --threads 4 --timeout 60 "
            "--no-control-socket --log-level warning",
            env=environment,
            cwd=str(settings.BASE_DIR),
        )
        scheduler = f"{python} -m celery -A compound beat --loglevel warning --pidfile="
        manager.add_process("beat", scheduler, env=environment, cwd=str(settings.BASE_DIR))
        if settings.REDIS_URL:
            worker = f"{python} -m celery -A compound worker --loglevel warning --concurrency 2"
            manager.add_process("worker", worker, env=environment, cwd=str(settings.BASE_DIR))
        manager.loop()
        sys.exit(manager.returncode)

    def _claim(self, host: str, port: int) -> None:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise CommandError(
                    f"Port {port} on {host} cannot be used ({error.strerror}). "
                    f"Stop what uses it, or choose another: make run PORT={port + 1 if port < 65535 else 8000}"
                ) from error

    def _public_url(self, host: str, port: str) -> str:
        return os.environ.get("PUBLIC_URL") or f"http://{host}:{port}"

    def _welcome(self, host: str, port: str) -> None:
        settings.PUBLIC_URL = self._public_url(host, port)
        say = self.stdout.write
        say(f"\n  守楼 Shoulou   {settings.PUBLIC_URL}/\n")
        if settings.DEMO:
            say(f"  Demo logins, password {PASSWORD}:")
            for user in User.objects.filter(volunteer=None, is_active=True).order_by("pk")[:6]:
                grants = user.grants.select_related("compound")
                roles = ", ".join(f"{grant.role} of {grant.compound}" for grant in grants)
                say(f"    {user.username:8} {user.display_name}  {roles}")
            if link := fresh_invite_link():
                say(f"  A volunteer's phone (open in a private window): {link}")
            if link := fresh_household_link():
                say(f"  A household's page, as from the card at its door: {link}")
        say("  Ctrl-C stops everything.\n")
