"""Benchmarks: how fast the race is drawn, beside what draws the same race elsewhere. `make bench` runs them."""
