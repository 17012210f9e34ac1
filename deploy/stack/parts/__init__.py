"""The real parts, as private instances: own data, own ports, loopback only, beside what the machine runs."""
