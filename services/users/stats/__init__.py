"""Stats of artists, counted from the events of the tiles service."""
