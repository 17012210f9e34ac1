"""Reviews: on a canvas in `review` mode, its owner or a moderator approves pixels before they show."""
