"""What several test modules use. No test module imports another; `bench` uses this package, too."""
