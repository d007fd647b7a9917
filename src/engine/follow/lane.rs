//! A sink that is behind the others, with a follower of its own.
//!
//! It reads the same files from its own place, and what it writes was already
//! counted. Its follower looks around with the others, so that it holds the
//! files that it has not read; it reads only while its sink takes lines, and
//! never further than the others have.

use std::{cell::RefCell, io, mem, rc::Rc, sync::Arc, time::Instant};

use super::{
    super::{
        desk::Desk,
        form::Form,
        hold::write,
        output::Output,
        route::{Flow, Outlet, Route},
        rules::Rules,
    },
    queue::Queue,
};
use crate::{
    frame::{Batch, Content, Pool, Position},
    sink::Stall,
    source::follow::Follower,
    unwrap::Choice,
};

/// Batches that are read in a turn, so that the others have theirs.
const TURN: usize = 8;

/// A sink that is behind.
#[derive(Debug)]
pub(super) struct Lane {
    pub follower: Rc<RefCell<Follower>>,
    pub outlet: Outlet,
    pub queue: Queue,
    /// Whether there was more to read after its last turn.
    pub is_busy: bool,
    /// Whether it has come further since that was committed.
    pub has_moved: bool,
    /// Since when its place is away, and why.
    away: Option<(Instant, io::Error)>,
    desk: Desk,
    scrap: Output,
}

/// How a turn has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// There is more to read.
    Busy,
    /// All that is there was read, or the sink takes nothing.
    Idle,
    /// It is where the others are.
    Level,
    /// Its reader has left.
    Over,
}

impl Lane {
    pub(super) fn new(
        outlet: Outlet,
        queue: Queue,
        follower: Rc<RefCell<Follower>>,
        (routes, forms, rules): (&[Route], &[Form], Rules),
        choice: &Choice,
    ) -> Lane {
        let feeds = |route: &&Route| match outlet.flow {
            Flow::Stream(stream) => route.streams.contains(&stream),
            Flow::Aside | Flow::Replies => false,
        };
        let own: Vec<Route> = routes
            .iter()
            .filter(feeds)
            .map(|route| Route {
                streams: match outlet.flow {
                    Flow::Stream(stream) => vec![stream],
                    Flow::Aside | Flow::Replies => Vec::new(),
                },
                ..route.clone()
            })
            .collect();
        let desk = Desk::new(&own, forms, rules, choice);
        let scrap = Output::default();
        Lane {
            follower,
            outlet,
            queue,
            is_busy: true,
            has_moved: false,
            away: None,
            desk,
            scrap,
        }
    }

    /// Reads on while the sink takes lines.
    pub(super) fn go(
        &mut self,
        pool: &Arc<Pool>,
        main: &RefCell<Follower>,
    ) -> io::Result<Turn> {
        for _ in 0..TURN {
            match self.outlet.sink.drain() {
                Ok(()) => self.away = None,
                Err(Stall::Over(_)) => return Ok(Turn::Over),
                Err(Stall::Slow) => return Ok(Turn::Idle),
                Err(Stall::Refused(error)) => {
                    let now = Instant::now();
                    let since = self.away.as_ref().map_or(now, |away| away.0);
                    self.away = Some((since, error));
                    return Ok(Turn::Idle);
                }
            }
            if self.follower.borrow().is_level_with(&main.borrow()) {
                return Ok(Turn::Level);
            }
            let next = self.follower.borrow_mut().next(pool);
            let Some(batch) = next else { return Ok(Turn::Idle) };
            if !self.take(batch, main)? {
                return Ok(Turn::Idle);
            }
        }
        Ok(Turn::Busy)
    }

    /// Returns why its place is away, if that is for longer than it may.
    pub(super) fn lost(&mut self) -> Option<io::Error> {
        let most = self.outlet.stall;
        let is_long = |away: &mut (Instant, _)| away.0.elapsed() >= most;
        self.away.take_if(is_long).map(|(_, error)| error)
    }

    /// Writes what is kept of a batch, as far as the others have read it;
    /// returns whether they have read any of it.
    fn take(
        &mut self,
        mut batch: Batch,
        main: &RefCell<Follower>,
    ) -> io::Result<bool> {
        let begin = batch.position;
        let reach = self.follower.borrow().reach(&batch, &main.borrow());
        let ends = reach.filter(|reach| *reach < batch.end().offset);
        if let Some(reach) = ends {
            if !can_cut(&batch, reach) {
                self.follower.borrow_mut().go_back(begin);
                return Ok(false);
            }
            batch.bytes.truncate((reach - begin.offset) as usize);
            batch.beyond = reach..reach;
        }
        self.judge(&batch)?;
        self.has_moved = true;
        if let Some(offset) = ends {
            let to = Position { offset, ..begin };
            self.follower.borrow_mut().go_back(to);
        }
        Ok(true)
    }

    fn judge(&mut self, batch: &Batch) -> io::Result<()> {
        let scrap = mem::take(&mut self.scrap);
        let form = self.follower.borrow().form_of(batch.position.input);
        let output = self.desk.judge(batch, form, scrap);
        let mut follower = self.follower.borrow_mut();
        follower.count(batch.position.input, output.tally.lines());
        if let Flow::Stream(stream) = self.outlet.flow {
            let slices = &output.streams[stream];
            if !slices.is_empty() {
                write(&mut *self.outlet.sink, &output, slices)?;
            }
        }
        self.scrap = output.emptied();
        Ok(())
    }
}

/// Returns whether a batch can end at an offset of its file.
fn can_cut(batch: &Batch, at: u64) -> bool {
    let length = batch.bytes.len() as u64;
    let begin = batch.position.offset;
    batch.content == Content::Lines
        && batch.hole.bytes == 0
        && at > begin
        && at - begin <= length
        && batch.bytes[(at - begin) as usize - 1] == b'\n'
}
