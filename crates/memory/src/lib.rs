//! The allocator of the programs, and how soon it gives back what is no longer used. The only room that calls anything unsafe.
//!
//! Left alone, mimalloc keeps free memory for a second in case it is asked for again. Small answers are there sooner, so
//! that all that ever was in use stays counted: a diagnosis of 65 thousand events took 120 MB in place of 77. Giving it back
//! costs the system's clearing of the pages that are asked for again, which in a large job is a third of the time. So how
//! long it is kept goes by how much there is to do.

use std::ffi::c_long;

use libmimalloc_sys::{mi_option_set, mi_option_t};
pub use mimalloc::MiMalloc as Allocator;

/// `mi_option_purge_delay` of `mimalloc.h`, which the bindings do not name; a test holds it against the known default.
const PURGE_DELAY: mi_option_t = 15;

/// Up to so many events free memory goes back at once.
const FEW: u64 = 200_000;

/// Beyond so many it is kept as long as the allocator would.
const MANY: u64 = 2_000_000;

/// How many milliseconds it is kept for few events, in between, and for many.
const KEPT_MS: [c_long; 3] = [0, 10, 1_000];

/// For the first line of `main`, while nobody knows how much there is to do.
pub fn begin() {
    keep_for(KEPT_MS[1]);
}

/// For so many events in the record that is gone through.
pub fn suit(events: u64) {
    keep_for(KEPT_MS[usize::from(events > FEW) + usize::from(events > MANY)]);
}

fn keep_for(millis: c_long) {
    #[expect(unsafe_code, reason = "the option can be set by a foreign function or from outside, and by nothing else")]
    // SAFETY: it writes one whole number of the allocator's table of options, which is there before `main`, and which it
    // reads again whenever it frees; no memory of ours is touched.
    unsafe {
        mi_option_set(PURGE_DELAY, millis);
    }
}

#[cfg(test)]
mod tests {
    use libmimalloc_sys::mi_option_get;

    use super::*;

    /// Were the options numbered otherwise one day, the first would not be the default of this one.
    #[test]
    fn the_option_is_the_one_that_is_meant() {
        #[expect(unsafe_code, reason = "as above")]
        // SAFETY: as above; it only reads.
        let kept = || unsafe { mi_option_get(PURGE_DELAY) };
        assert_eq!(kept(), 1_000);
        begin();
        assert_eq!(kept(), 10);
        let suited = [0, FEW, FEW + 1, MANY, MANY + 1].map(|events| {
            suit(events);
            kept()
        });
        assert_eq!(suited, [0, 0, 10, 10, 1_000]);
    }
}
