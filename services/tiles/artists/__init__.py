"""Artists: a projection of auth's accounts and users' profiles."""
