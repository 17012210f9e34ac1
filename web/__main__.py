"""`python -m web`: serve the pages; settings come from WEB_* in the environment."""

from __future__ import annotations

from shared.http.gunicorn import run_web
from shared.logs import configure_logs
from web.app import create_app
from web.settings import Settings


def main() -> None:
    """Serve until SIGTERM."""
    settings = Settings()
    configure_logs("web", settings.instance, settings.log_level)
    run_web(lambda: create_app(settings), settings)


if __name__ == "__main__":
    main()
