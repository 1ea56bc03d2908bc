//! Public holidays by rule: the nations of the United Kingdom and Poland.
