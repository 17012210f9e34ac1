"""What is known of each part of a stack, and how that is read wherever the part runs."""
