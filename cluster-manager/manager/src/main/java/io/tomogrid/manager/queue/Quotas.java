package io.tomogrid.manager.queue;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What each site has in use, against the most that it may have. A quota holds for every class, STAT too. */
public final class Quotas {
    private final Map<String, Site> sites = new HashMap<>();
    private final Map<String, Integer> memory = new HashMap<>();
    private final Map<String, Integer> compute = new HashMap<>();

    public Quotas(Collection<Site> sites) {
        sites.forEach(site -> this.sites.put(site.name(), site));
    }

    /** The site has these in use from now on; with negative numbers no longer. */
    public void take(String site, int memorySlices, int computeSlices) {
        memory.merge(site, memorySlices, Integer::sum);
        compute.merge(site, computeSlices, Integer::sum);
    }

    /** Why the site may not have so much more; empty if it may. */
    public Optional<String> refusal(String name, int memorySlices, int computeSlices) {
        Site site = sites.get(name);
        if (site == null) {
            return Optional.empty();
        }
        return refusal(name, "memory", site.memorySlices(), memory.getOrDefault(name, 0), memorySlices)
                .or(() -> refusal(name, "compute", site.computeSlices(), compute.getOrDefault(name, 0), computeSlices));
    }

    private static Optional<String> refusal(String name, String kind, int most, int has, int more) {
        if (most == 0 || has + more <= most) {
            return Optional.empty();
        }
        return Optional.of(
                more > most
                        ? "it needs " + more + " " + kind + " slices, more than the quota of " + most + " of site "
                                + name + "; raise it in tomogrid.manager.sites"
                        : "site " + name + " has " + has + " of the " + most + " " + kind
                                + " slices of its quota in use; it waits until one of its jobs ends");
    }
}
