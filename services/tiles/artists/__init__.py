"""Artists as tiles knows them: a projection of auth's accounts and users' profiles."""
