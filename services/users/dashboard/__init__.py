"""The dashboard of moderators, read from tables that events keep up to date."""
