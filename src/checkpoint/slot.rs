//! Turns a record into a slot and back.
