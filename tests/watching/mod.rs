//! How the command line of a run that follows behaves: where it begins, what
//! it says, how it is asked for something, and how it ends.

mod log; //     What is followed.

mod begin; //   Where reading begins,
mod wait; //    or what is waited for.
mod news; //    What is new since the last time,
mod counted; // and how much.
mod outlet; //  Several sinks at once.
mod behind; //  One of them takes nothing.
mod slips; //   What is refused.
mod ends; //    How it ends,
mod calls; //   what signals do,
mod service; // and what a service manager hears.
mod quiet; //   How prompt it is, and how quiet.
