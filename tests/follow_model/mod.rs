//! Follows files on a simulated disk, through everything that can happen.

mod disk;
