"""The keys that sign tokens: made once, kept encrypted in the database, published as a JWKS."""
