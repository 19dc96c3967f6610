"""Run every benchmark; each prints its own rows."""

from benchmarks import stepping

if __name__ == "__main__":
    stepping.run()
