"""`python -m frontend`: serve the pages, configured by FRONTEND_* in the environment."""

from __future__ import annotations

from frontend.app import create_app
from frontend.settings import Settings
from shared.http.gunicorn import run_web
from shared.logs import configure_logs


def main() -> None:
    """Serve until SIGTERM."""
    settings = Settings()
    configure_logs("frontend", settings.instance, settings.log_level)
    run_web(lambda: create_app(settings), settings)


if __name__ == "__main__":
    main()
