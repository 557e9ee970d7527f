package io.tomogrid.inference.service.swap;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Who answers for a model. Immutable.
 *
 * @param serving answers; empty while versions are exchanged that have no room beside each other
 * @param previous the one before, kept warm to go back to
 * @param canary a version that is tried on a share of the studies
 * @param shadow a version that is asked too, and whose answers only its rollout sees
 * @param observed whether outputs are looked at: while a rollout has an eye on them
 */
record Route(
        Optional<LiveVersion> serving,
        Optional<LiveVersion> previous,
        Optional<Canary> canary,
        Optional<Shadow> shadow,
        boolean observed) {

    static final Route NONE = new Route(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);

    /** @param percent share of the studies, 0 to 100 @param sites whose studies all go to it */
    record Canary(LiveVersion version, double percent, Set<String> sites) {
        Canary {
            sites = Set.copyOf(sites);
        }

        /** Always the same for the same study, and one that is taken by a share is taken by each greater one. */
        boolean takes(String model, String study, String site) {
            return sites.contains(site) || !study.isEmpty() && position(model + "/" + study) < percent;
        }

        /** @return 0 to below 100, evenly spread */
        private static double position(String text) {
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
                int bits = (hash[0] & 0xff) << 16 | (hash[1] & 0xff) << 8 | hash[2] & 0xff;
                return 100.0 * bits / (1 << 24);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }

    Route serving(LiveVersion version) {
        return new Route(Optional.of(version), previous, canary, shadow, observed);
    }

    Route previous(Optional<LiveVersion> version) {
        return new Route(serving, version, canary, shadow, observed);
    }

    Route canary(Optional<Canary> trial) {
        return new Route(serving, previous, trial, shadow, observed);
    }

    Route shadow(Optional<Shadow> trial) {
        return new Route(serving, previous, canary, trial, observed);
    }

    Route observed(boolean looked) {
        return new Route(serving, previous, canary, shadow, looked);
    }

    Route withoutServing() {
        return new Route(Optional.empty(), previous, canary, shadow, observed);
    }

    /** All that may be asked for by number. */
    Stream<LiveVersion> versions() {
        return Stream.of(serving, canary.map(Canary::version), previous).flatMap(Optional::stream);
    }
}
