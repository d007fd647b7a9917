//! All the way: a log that is written as kube-apiserver does, the program
//! behind it, and real daemons that get what it keeps.

mod trace; //   Which events came, in which order, and which again.
mod taker; //   A daemon that takes them.
mod stalled; // It stands still,
mod kill; //    or the program is killed.
mod level; //   How grave events are.
mod script; //  What a script did that we replace.
