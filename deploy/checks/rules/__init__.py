"""One declaration per check, beside its rule; the rules of a subject are together in one file."""
