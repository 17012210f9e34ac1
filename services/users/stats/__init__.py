"""What an artist has done, counted from the events of the tiles service."""
