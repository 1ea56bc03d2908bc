//! The compact text notation of a path.
