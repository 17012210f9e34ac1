"""Reports: artists ask moderators to look at something."""
