//! The tables and columns that outsiders rely on.
