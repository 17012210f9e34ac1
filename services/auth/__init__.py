"""The auth service: accounts, how people prove that one is theirs, and the tokens that say so elsewhere."""
