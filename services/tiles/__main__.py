"""Verbs of the tiles service: web, worker, migrate, restate."""

from services.tiles.app import SERVICE, create_app, create_worker
from services.tiles.restating import read_canvases, read_deleted_tiles, read_tiles
from services.tiles.settings import TilesSettings
from shared.verbs import main

if __name__ == "__main__":
    main(
        SERVICE,
        TilesSettings,
        create_app,
        create_worker,
        restated={"canvases": read_canvases, "tiles": read_tiles, "deleted tiles": read_deleted_tiles},
    )
