package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.TaskOutcome;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/** What was made of one slice's part; it travels to the slice where the whole is made. */
public final class Part implements Serializable {
    private static final long serialVersionUID = 1;

    private final String found;
    private final List<TaskOutcome.Failed> failure;
    private final long peakBytes;

    private Part(String found, List<TaskOutcome.Failed> failure, long peakBytes) {
        this.found = found;
        this.failure = failure;
        this.peakBytes = peakBytes;
    }

    /** @param found as the protocol's whole reads it, such as the name of a staged file */
    public static Part done(String found) {
        return new Part(found, List.of(), 0);
    }

    public static Part failed(TaskOutcome.Failed failure) {
        return new Part("", List.of(failure), 0);
    }

    public String found() {
        return found;
    }

    /** With its failure the attempt has failed. */
    Optional<TaskOutcome.Failed> failure() {
        return failure.stream().findFirst();
    }

    /** Most device memory that it had allocated at once. */
    long peakBytes() {
        return peakBytes;
    }

    Part with(long peak) {
        return new Part(found, failure, peak);
    }
}
