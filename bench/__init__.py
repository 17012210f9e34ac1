"""Benchmarks of the whole stack, each beside a limit measured in the same run; `python -m bench`."""
