"""What the artists somebody follows have made."""
