package io.tomogrid.sparkjob.petct;

import io.tomogrid.cluster.contract.Provenance;
import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.gateway.contract.InstanceRef;
import io.tomogrid.gateway.contract.SeriesRef;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** What made the results of a task (QNT-08): for REST as a document, for DICOM objects as one line of ASCII. */
public final class JobProvenance {
    private JobProvenance() {}

    /**
     * @param software name and version
     * @param seriesUids the series that were read
     * @param steps what runs, in this order
     */
    public static Provenance of(
            ReconstructionTask task,
            String software,
            String backend,
            Collection<String> seriesUids,
            List<Provenance.Step> steps) {
        return new Provenance(
                software,
                backend,
                task.lease().key().toString(),
                task.lease().simulated(),
                steps,
                task.study().series().stream()
                        .filter(series -> seriesUids.contains(series.seriesUid()))
                        .map(JobProvenance::input)
                        .toList());
    }

    /** The same of work that was dealt out over all of the task's slices. */
    public static Provenance overSlices(ReconstructionTask task, Provenance one) {
        return new Provenance(
                one.software(),
                one.backend(),
                task.leases().stream().map(lease -> lease.key().toString()).collect(Collectors.joining(" ")),
                one.simulated(),
                one.steps(),
                one.inputs());
    }

    /** @param parameters {@code name=value} */
    public static Provenance.Step step(String name, String... parameters) {
        return new Provenance.Step(name, List.of(parameters));
    }

    /** One line, without anything that is not printable ASCII. */
    public static String text(Provenance provenance) {
        String steps = provenance.steps().stream()
                .map(step -> step.parameters().isEmpty()
                        ? step.name()
                        : step.name() + "(" + String.join(", ", step.parameters()) + ")")
                .collect(Collectors.joining("; "));
        String inputs = provenance.inputs().stream()
                .map(input -> input.modality() + " series " + input.seriesUid() + ", " + input.instances()
                        + " instances, sha256 " + input.sha256())
                .collect(Collectors.joining("; "));
        String text = provenance.software() + " on " + provenance.backend() + ", "
                + (provenance.simulated() ? "simulated " : "") + "slice " + provenance.slice() + ". Steps: " + steps
                + ". Inputs: " + inputs;
        return text.replaceAll("[^ -~]", "?");
    }

    private static Provenance.Input input(SeriesRef series) {
        StringBuilder lines = new StringBuilder();
        series.instances().stream()
                .sorted(Comparator.comparing(InstanceRef::sopInstanceUid))
                .forEach(i -> lines.append(i.sopInstanceUid())
                        .append(' ')
                        .append(i.sha256())
                        .append('\n'));
        return new Provenance.Input(
                series.seriesUid(), series.modality(), series.instances().size(), sha256(lines.toString()));
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }
}
