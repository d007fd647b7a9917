//! Follows files: the run that flags about it ask for.

use std::{path::Path, sync::Arc, time::Duration};

use super::{
    end,
    exit::Complaint,
    quest::Follow,
    settings::Settings,
    signal,
    sink::{self, Manner},
    voice::Voice,
    warden::Warden,
};
use crate::{
    checkpoint::{self, Checkpoint, Record},
    disk::{Disk, Real},
    engine::{self, Calls, Pursuit, Summary},
    source::Watch,
};

/// How often a checkpoint is written.
const INTERVAL: Duration = Duration::from_millis(100);

/// The same in a service, which has its disk in common with others.
pub(super) const INTERVAL_IN_SERVICE: Duration = Duration::from_secs(1);

/// Follows files, from the checkpoint to the end of the run.
pub(super) fn run(
    settings: &Settings,
    follow: &Follow,
    watch: Watch,
    voice: &mut Voice,
) -> Result<Summary, Complaint> {
    let disk: Arc<dyn Disk> = Arc::new(Real);
    let (checkpoint, last) = open(&disk, follow.checkpoint.as_deref(), voice)?;
    let marks = last.clone().unwrap_or_default();
    let manner = Manner::Follows;
    let mut outlets = sink::outlets(settings, manner, &disk, &marks, voice)?;
    let calls = Calls::new().map_err(Complaint::Start)?;
    signal::listen_to_calls(&calls, follow.quest.until)
        .map_err(Complaint::Start)?;
    let mut warden = Warden::from_environment();
    let pursuit = Pursuit {
        routes: &settings.wires.routes,
        forms: &settings.wires.forms,
        rules: settings.rules,
        quest: follow.quest.clone(),
        disk,
        watch,
        calls: Some(&calls),
        checkpoint,
        last,
        interval: match warden.is_there() {
            true => INTERVAL_IN_SERVICE,
            false => INTERVAL,
        },
        report: &|summary| end::in_place_of_lines(settings, summary),
    };
    let mut notes = |note: engine::Note<'_>| {
        warden.hear(&note);
        voice.tell(&note);
        if let engine::Note::Asked { summary: Some(summary), .. } = note {
            voice.tell_routes(&settings.wires.routes, &summary.scores);
        }
    };
    Ok(engine::follow(pursuit, &mut outlets, &mut notes, None))
}

/// Opens the checkpoint and reads what it says.
pub(super) fn open(
    disk: &Arc<dyn Disk>,
    path: Option<&Path>,
    voice: &mut Voice,
) -> Result<(Option<Checkpoint>, Option<Record>), Complaint> {
    let Some(path) = path else { return Ok((None, None)) };
    let wrong = |error| match error {
        checkpoint::Error::Open(error) => {
            Complaint::NoCheckpoint(path.to_owned(), error)
        }
        error => Complaint::Checkpoint(path.to_owned(), error),
    };
    let (checkpoint, last) = Checkpoint::open(disk, path).map_err(wrong)?;
    if let Some(remark) = checkpoint.remark() {
        voice.say_of(path, remark);
    }
    Ok((Some(checkpoint), last))
}
