"""The feed: new tiles of the artists that an account follows."""
