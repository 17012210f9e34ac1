"""The users service: profiles, follows and stats of artists, reports and moderation."""
