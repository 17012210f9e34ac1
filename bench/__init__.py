"""Benchmarks of the whole stack, each compared with a limit measured in the same run (`make bench`)."""
