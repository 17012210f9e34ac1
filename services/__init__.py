"""The three services. None imports another; what one needs of another arrives in events."""
