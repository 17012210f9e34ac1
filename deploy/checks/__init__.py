"""What must hold before a start (preflight) and while a stack runs (doctor)."""
