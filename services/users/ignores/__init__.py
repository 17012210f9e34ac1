"""Artists whom an artist ignores: what those write is not shown to them."""
