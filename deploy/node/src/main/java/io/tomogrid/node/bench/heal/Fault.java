package io.tomogrid.node.bench.heal;

import io.tomogrid.node.bench.cluster.BenchCluster;
import io.tomogrid.node.bench.cluster.Host;
import java.io.IOException;

/** A kind of fault. One object of it is put into the cluster once, and undone once. */
interface Fault {
    /**
     * Breaks something.
     *
     * @param victim a job that runs
     */
    void inject(BenchCluster cluster, Victim victim) throws IOException;

    /** Whether the cluster shows that it knows; asked often. */
    boolean noticed(BenchCluster cluster, Victim victim) throws IOException;

    /** Undoes what does not mend itself. */
    default void undo(BenchCluster cluster, Victim victim) throws IOException {}

    /**
     * Who it shall hit.
     *
     * @param attempt that runs @param executor its process @param host where
     */
    record Victim(String jobId, int attempt, ProcessHandle executor, io.tomogrid.slices.SliceKey slice, Host host) {}
}
