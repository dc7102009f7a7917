"""The figures that the project promises. `make bench` prints them; nothing asserts on a clock."""
