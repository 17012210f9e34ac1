"""Second factors: what proves, beside the password, that it is the owner who logs in."""
