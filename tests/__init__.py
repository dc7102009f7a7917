"""The tests. A package, so that `tests.screens` and the like have one name wherever they are started from."""
