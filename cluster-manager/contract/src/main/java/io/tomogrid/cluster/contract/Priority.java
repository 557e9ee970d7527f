package io.tomogrid.cluster.contract;

/** How urgent a job is, the most urgent first. */
public enum Priority {
    /** Somebody waits beside the patient: it goes before everything and may take the slice of work that can be restarted. */
    STAT,
    /** The day's studies. */
    ROUTINE,
    /** Whatever has time, such as the reprocessing of an archive: it runs on what nobody else wants. */
    BATCH
}
