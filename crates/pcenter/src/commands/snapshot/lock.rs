//! Lock of a history: one job at a time writes to it or removes files.

use std::time::Duration;

use partner_center_lake::{History, LakeError, Lock};
use time::OffsetDateTime;

use crate::environment::Environment;

/// Time after which the lock of a job on object storage expires that has ended without releasing it.
const LOCK_LIFETIME: Duration = Duration::from_secs(300);

/// Locks the history for this process.
pub(super) async fn lock(
    history: &History,
    environment: &Environment<'_>,
) -> Result<Lock, LakeError> {
    let now = OffsetDateTime::from((environment.now)());
    let time = now.time();
    let holder = format!(
        "pcenter, process {}, since {} {:02}:{:02} UTC",
        std::process::id(),
        now.date(),
        time.hour(),
        time.minute()
    );
    history.lock(&holder, LOCK_LIFETIME).await
}
