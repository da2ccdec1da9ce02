package io.walex.reactive.examples.quickstart;

import io.walex.reactive.snapshot.SnapshotReport;

/** Where people see how far a snapshot is: on standard error, never among the events. */
interface ProgressDisplay {

    /** It has come on. */
    void running(SnapshotReport report);

    /** It has come to its end, and this is what it came to. */
    void ended(String line);

    /** Nothing runs any more. */
    void idle();
}
