//! `sayso cluster scheduler | executor | publish`: the parts of a cluster, and the record where all of them see it.

use std::net::SocketAddr;
use std::time::Duration;

use sayso_inquiry::{ClusterAccess, ExecutorRequest, InquiryError, Machine, SchedulerRequest};

use super::{access, open_and_read};
use crate::args::{ClusterVerb, Shared};

pub fn run(shared: &Shared, verb: &ClusterVerb) -> Result<u8, InquiryError> {
    match verb {
        ClusterVerb::Scheduler { listen, silence, certificate, key } => {
            let access = ClusterAccess { certificate: certificate.clone(), key: key.clone(), ..access(shared) };
            let silence = Duration::from_secs(*silence);
            let request = SchedulerRequest { listen: *listen, access, silence };
            sayso_inquiry::run_scheduler(request, &Machine, |at| listens("scheduler", at))?;
        }
        ClusterVerb::Executor { scheduler, listen, reached_as, memory, folder, certificate, key } => {
            let request = ExecutorRequest {
                scheduler: scheduler.clone(),
                listen: *listen,
                reached_as: reached_as.clone(),
                access: ClusterAccess { certificate: certificate.clone(), key: key.clone(), ..access(shared) },
                threads: shared.threads,
                memory_mb: *memory,
                folder: folder.clone(),
            };
            sayso_inquiry::run_executor(request, &Machine, |at| listens("executor", at))?;
        }
        ClusterVerb::Publish { place } => {
            let (mut office, _) = open_and_read(shared, None)?;
            let n = office.publish(place, &Machine)?;
            anstream::println!("{n} files sent; the record is at {place}");
            anstream::println!("look at it there: sayso diagnose --record {place}");
        }
    }
    Ok(0)
}

/// Said when others can come: whoever starts the parts one after the other waits for this line.
fn listens(part: &str, at: SocketAddr) {
    anstream::println!("{part} listens on {at}");
}
