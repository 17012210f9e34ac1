"""Reviews: on a canvas in `review` mode a painted tile is shown once its owner or a moderator approved it."""
