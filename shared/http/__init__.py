"""HTTP conventions that every service follows."""
