package io.tomogrid.manager;

import io.tomogrid.manager.queue.Site;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param gatewayUrl base URL of the gateway
 * @param driverUrl base URL of the Spark driver
 * @param agents base URLs of the agents, one per host with GPUs
 * @param inferenceUrl base URL of the model service, as executors reach it
 * @param model model of the PET-CT rule that applies when no rules are given
 * @param archiveRoot URI of the archive, as executors reach it
 * @param stagingRoot URI of the folder that attempts write their results below
 * @param lease how long a lease lasts after the driver was last heard of
 * @param startDeadline how long a job may wait for its slice, or an attempt for its executor
 * @param stallLimit how long a running job may stay in one stage where its rule says nothing else; a kernel that hangs is not
 *     known otherwise
 * @param maxAttempts failed attempts after which a job has failed
 * @param backOff pause after the second failed attempt, there is none after the first; doubles with each further one
 * @param tick pause between two looks at everything
 * @param timeout of one request to a peer
 * @param patience how long a job that needs half a GPU or several slices waits before a place is kept free for it
 * @param shareHalfLife after which what a site has used counts half against its share
 * @param sites those who share the GPUs, with their weights and quotas
 * @param rules which studies become which jobs, first match wins
 */
@ConfigurationProperties("tomogrid.manager")
public record ManagerProperties(
        URI gatewayUrl,
        URI driverUrl,
        List<URI> agents,
        URI inferenceUrl,
        @DefaultValue("suv-threshold") String model,
        URI archiveRoot,
        URI stagingRoot,
        @DefaultValue("60s") Duration lease,
        @DefaultValue("60s") Duration startDeadline,
        @DefaultValue("10m") Duration stallLimit,
        @DefaultValue("3") int maxAttempts,
        @DefaultValue("2s") Duration backOff,
        @DefaultValue("100ms") Duration tick,
        @DefaultValue("5s") Duration timeout,
        @DefaultValue("60s") Duration patience,
        @DefaultValue("1h") Duration shareHalfLife,
        List<Site> sites,
        List<RoutingRule> rules) {

    /** @throws IllegalArgumentException naming everything that is missing or wrong */
    public ManagerProperties {
        List<String> faults = new ArrayList<>();
        require(faults, "gateway-url", gatewayUrl);
        require(faults, "driver-url", driverUrl);
        require(faults, "inference-url", inferenceUrl);
        require(faults, "archive-root", archiveRoot);
        require(faults, "staging-root", stagingRoot);
        if (agents == null || agents.isEmpty()) {
            faults.add("agents is missing: name the URL of at least one agent");
        }
        for (Duration duration : List.of(lease, startDeadline, stallLimit, tick, timeout, shareHalfLife)) {
            if (duration.isNegative() || duration.isZero()) {
                faults.add(
                        "lease, start-deadline, stall-limit, tick, timeout and share-half-life must be positive, got "
                                + duration);
            }
        }
        if (maxAttempts < 1) {
            faults.add("max-attempts must be at least 1, got " + maxAttempts);
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException("tomogrid.manager: " + String.join("; ", faults));
        }
        agents = List.copyOf(agents);
        sites = sites == null ? List.of() : List.copyOf(sites);
        rules = rules == null || rules.isEmpty()
                ? List.of(RoutingRule.petCt(model), RoutingRule.petOsem(), RoutingRule.ctFbp())
                : List.copyOf(rules);
    }

    /** The rule that names a protocol. */
    Optional<RoutingRule> rule(String protocol) {
        return rules.stream().filter(rule -> rule.protocol().equals(protocol)).findFirst();
    }

    /** How long a job of the protocol may stay in one stage. */
    Duration stallLimit(String protocol) {
        return rule(protocol).map(RoutingRule::stallLimit).orElse(stallLimit);
    }

    private static void require(List<String> faults, String key, URI value) {
        if (value == null) {
            faults.add(key + " is missing");
        } else if (!value.isAbsolute()) {
            faults.add(key + ": expected a URI with a scheme, got " + value);
        }
    }
}
