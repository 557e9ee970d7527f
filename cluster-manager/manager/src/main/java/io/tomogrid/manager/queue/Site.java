package io.tomogrid.manager.queue;

import io.tomogrid.gateway.contract.StudyComplete;
import java.util.Collection;
import java.util.List;

/**
 * One of those who share the GPUs.
 *
 * @param name as in a rule's or a job's {@code site}
 * @param weight of its share beside the others'; 0 stands for 1
 * @param memorySlices most that it may have in use at once, 0 for no limit
 * @param computeSlices most that it may have in use at once, 0 for no limit; a GPU that is not cut counts none
 * @param callingAes AE titles whose studies are the site's where a rule does not say whose; empty or null for none
 */
public record Site(String name, double weight, int memorySlices, int computeSlices, List<String> callingAes) {
    public Site {
        if (name == null || !(weight >= 0) || memorySlices < 0 || computeSlices < 0) {
            throw new IllegalArgumentException("tomogrid.manager.sites: each needs a name; weight, memory-slices and"
                    + " compute-slices may not be negative; got name " + name + ", weight " + weight
                    + ", memory-slices " + memorySlices + ", compute-slices " + computeSlices);
        }
        weight = weight == 0 ? 1 : weight;
        callingAes = callingAes == null ? List.of() : List.copyOf(callingAes);
    }

    /** Whose a study is: of the site that names its first sender, else that sender is a site of its own. */
    public static String of(StudyComplete study, Collection<Site> sites) {
        return study.callingAes().stream()
                .findFirst()
                .map(sender -> sites.stream()
                        .filter(site -> site.callingAes.contains(sender))
                        .findFirst()
                        .map(Site::name)
                        .orElse(sender))
                .orElse("");
    }
}
