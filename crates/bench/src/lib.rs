//! What Sayso is timed with: records of any size, loops written by hand, and micro-benchmarks.
