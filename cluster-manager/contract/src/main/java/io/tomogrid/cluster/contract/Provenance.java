package io.tomogrid.cluster.contract;

import java.io.Serializable;
import java.util.List;

/**
 * What made the results of a job.
 *
 * @param software name and version
 * @param backend {@code cpu} or {@code cuda} @param slice the slice that it ran on @param simulated whether the slice is
 * @param steps what ran, in this order
 * @param inputs every series that was read
 */
public record Provenance(
        String software, String backend, String slice, boolean simulated, List<Step> steps, List<Input> inputs)
        implements Serializable {
    /** Of findings that have none. */
    public static final Provenance NONE = new Provenance("", "", "", false, List.of(), List.of());

    public Provenance {
        steps = List.copyOf(steps);
        inputs = List.copyOf(inputs);
    }

    /** @param parameters {@code name=value} */
    public record Step(String name, List<String> parameters) implements Serializable {
        public Step {
            parameters = List.copyOf(parameters);
        }
    }

    /**
     * @param sha256 over the lines {@code SOP-instance-UID SHA-256} of the series' instances in ascending order of UIDs, each
     *     ended by a line feed; lower-case hexadecimal
     */
    public record Input(String seriesUid, String modality, int instances, String sha256) implements Serializable {}
}
