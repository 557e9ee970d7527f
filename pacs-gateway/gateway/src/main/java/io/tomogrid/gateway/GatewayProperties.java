package io.tomogrid.gateway;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings of the front door. All that is wrong with them is told at once, when the service starts.
 *
 * @param archiveRoot folder of the segments, {@code file:} or {@code hdfs:}
 * @param archivePatience how long the start waits for a file system that takes nothing yet, such as an HDFS in safe mode
 * @param spool local folder for instances that are on their way in
 * @param quietPeriod a study is complete when so long no source image came
 * @param minFree room that stays free in the archive's file system; below it nothing is taken any more
 * @param destinations where results go, and what is moved
 */
@ConfigurationProperties("tomogrid.gateway")
public record GatewayProperties(
        URI archiveRoot,
        @DefaultValue("5m") Duration archivePatience,
        Path spool,
        @DefaultValue Dicom dicom,
        @DefaultValue("30s") Duration quietPeriod,
        @DefaultValue("1GB") DataSize minFree,
        @DefaultValue List<Destination> destinations,
        @DefaultValue DeliveryPolicy delivery) {

    public GatewayProperties {
        destinations = List.copyOf(destinations);
        List<String> faults = new ArrayList<>();
        if (archiveRoot == null || archiveRoot.getScheme() == null) {
            faults.add("archive-root: expected a URI such as file:///var/lib/tomogrid/archive, got " + archiveRoot);
        }
        if (archivePatience.isNegative()) {
            faults.add("archive-patience: expected a duration, got " + archivePatience);
        }
        if (spool == null) {
            faults.add("spool: expected a local folder, got none");
        }
        if (quietPeriod.isNegative() || quietPeriod.isZero()) {
            faults.add("quiet-period: expected a positive duration, got " + quietPeriod);
        }
        if (minFree.isNegative()) {
            faults.add("min-free: expected a size, got " + minFree);
        }
        Set<String> names = new HashSet<>();
        for (Destination destination : destinations) {
            destination.faults(faults);
            if (!names.add(destination.name())) {
                faults.add("destinations: the name " + destination.name() + " stands for two");
            }
        }
        dicom.faults(faults);
        delivery.faults(faults);
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException("tomogrid.gateway: " + String.join("; ", faults));
        }
    }

    /**
     * The DICOM door.
     *
     * @param host address to listen on
     * @param port 0 for any
     * @param callingAllowed AE titles that may come in; nobody else does
     * @param maxAssociations at once
     * @param idle an association is aborted after so long a silence
     * @param maxMatches a query is answered with so many matches at most, and told when there are more
     */
    public record Dicom(
            @DefaultValue("127.0.0.1") String host,
            @DefaultValue("11112") int port,
            @DefaultValue("TOMOGRID") String aeTitle,
            @DefaultValue Set<String> callingAllowed,
            @DefaultValue("64") int maxAssociations,
            @DefaultValue("60s") Duration idle,
            @DefaultValue("10000") int maxMatches) {

        public Dicom {
            callingAllowed = Set.copyOf(callingAllowed);
        }

        private void faults(List<String> faults) {
            checkPort("dicom.port", port, 0, faults);
            checkAe("dicom.ae-title", aeTitle, faults);
            callingAllowed.forEach(ae -> checkAe("dicom.calling-allowed", ae, faults));
            if (maxAssociations < 1) {
                faults.add("dicom.max-associations: expected at least 1, got " + maxAssociations);
            }
            if (maxMatches < 1) {
                faults.add("dicom.max-matches: expected at least 1, got " + maxMatches);
            }
            if (idle.toSeconds() < 1) {
                faults.add("dicom.idle: expected at least a second, got " + idle);
            }
        }
    }

    /**
     * A Storage SCP: results go there, and what a requestor moves there by C-MOVE.
     *
     * @param name what it is called here
     * @param aeTitle its AE title
     * @param callingAe the AE title under which we call
     * @param results whether it gets every result; else it only is a destination of C-MOVE
     * @param commitment whether it is asked to commit itself to keep results; unless it reports on the same association,
     *     its AE title must be among those that may come in
     */
    public record Destination(
            String name,
            String host,
            int port,
            String aeTitle,
            @DefaultValue("TOMOGRID") String callingAe,
            @DefaultValue("true") boolean results,
            @DefaultValue("false") boolean commitment) {

        private void faults(List<String> faults) {
            if (name == null || !name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
                faults.add("destinations.name: expected letters, digits, dots and dashes, got " + name);
            }
            if (host == null || host.isBlank()) {
                faults.add("destinations.host: expected the host of " + name);
            }
            checkPort("destinations.port of " + name, port, 1, faults);
            checkAe("destinations.ae-title of " + name, aeTitle, faults);
            checkAe("destinations.calling-ae of " + name, callingAe, faults);
        }
    }

    /**
     * How often what fails is tried again.
     *
     * @param maxAttempts after so many tries a delivery is dead, until an operator retries it
     * @param firstBackoff pause before the second try; each next one is twice as long
     * @param longestBackoff and never longer than this
     * @param patience a destination that takes no association is waited for so long, by tries that are not counted
     * @param response how long a destination may take for each answer
     * @param commitment how long it may take to report a storage commitment before it is asked again
     */
    public record DeliveryPolicy(
            @DefaultValue("20") int maxAttempts,
            @DefaultValue("1s") Duration firstBackoff,
            @DefaultValue("60s") Duration longestBackoff,
            @DefaultValue("3d") Duration patience,
            @DefaultValue("60s") Duration response,
            @DefaultValue("5m") Duration commitment) {

        /** Pause after so many tries. */
        public Duration backoff(int attempts) {
            Duration pause = firstBackoff;
            for (int i = 1; i < attempts && pause.compareTo(longestBackoff) < 0; i++) {
                pause = pause.multipliedBy(2);
            }
            return pause.compareTo(longestBackoff) < 0 ? pause : longestBackoff;
        }

        private void faults(List<String> faults) {
            if (maxAttempts < 1) {
                faults.add("delivery.max-attempts: expected at least 1, got " + maxAttempts);
            }
            if (firstBackoff.toMillis() < 1 || longestBackoff.compareTo(firstBackoff) < 0) {
                faults.add("delivery: expected 0 < first-backoff <= longest-backoff, got " + firstBackoff + " and "
                        + longestBackoff);
            }
            if (patience.isNegative()) {
                faults.add("delivery.patience: expected a duration, got " + patience);
            }
            if (commitment.toMillis() < 1) {
                faults.add("delivery.commitment: expected a positive duration, got " + commitment);
            }
            if (response.toMillis() < 1) {
                faults.add("delivery.response: expected a positive duration, got " + response);
            }
        }
    }

    private static void checkPort(String what, int port, int least, List<String> faults) {
        if (port < least || port > 65535) {
            faults.add(what + ": expected " + least + " to 65535, got " + port);
        }
    }

    private static void checkAe(String what, String ae, List<String> faults) {
        if (ae == null || !ae.matches("[\\x21-\\x7e&&[^\\\\]]([\\x20-\\x7e&&[^\\\\]]{0,14}[\\x21-\\x7e&&[^\\\\]])?")) {
            faults.add(what + ": expected 1 to 16 printable characters, got " + ae);
        }
    }
}
