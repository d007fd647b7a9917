//! Cuts the power, and says what nobody can know behind that.

use std::{collections::BTreeSet, ffi::OsString};

use super::{
    super::{
        act::{Power, Survival},
        disk::Serial,
    },
    Story,
};

impl Story<'_> {
    pub(super) fn power_cut(&mut self, Power { seed, log }: Power) {
        self.kill();
        self.apiserver.stop();
        match log {
            Survival::Flushed => self.disk.flush("log"),
            Survival::Torn => {}
        }
        let before = self.state_of_log();
        self.disk.power_cut(seed);
        let after = self.state_of_log();
        let events = self.apiserver.events();
        if before.0 != after.0 {
            self.allowed.repeats.extend(0..events.count());
            self.allowed.disorder = true;
            self.truth.exempt();
            let returned = after.0.difference(&before.0);
            let returned: Vec<_> =
                returned.map(|(_, serial)| *serial).collect();
            self.truth.exempt_returned(&returned);
            // A compressed file may be half there, and nothing else of it.
            self.allowed.gaps += 2;
        }
        for (then, now) in before.1.iter().zip(&after.1) {
            if then != now {
                self.allowed.garbage |= then.starts_with(&[0x1f, 0x8b]);
                self.allowed.repeats.extend(events.whole(then));
                self.allowed.repeats.extend(events.whole(now));
                self.allowed.gaps += 1;
            }
        }
    }

    /// Returns the names and what is in the files.
    fn state_of_log(&self) -> (BTreeSet<(OsString, Serial)>, Vec<Vec<u8>>) {
        let names = self.disk.tree("log");
        let files = self.disk.files("log").into_iter();
        (names, files.map(|serial| self.disk.content(serial)).collect())
    }
}
