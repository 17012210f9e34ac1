"""Verbs of the tiles service: web, worker, migrate."""

from services.tiles.app import SERVICE, create_app, create_worker
from services.tiles.settings import TilesSettings
from shared.verbs import main

if __name__ == "__main__":
    main(SERVICE, TilesSettings, create_app, create_worker)
