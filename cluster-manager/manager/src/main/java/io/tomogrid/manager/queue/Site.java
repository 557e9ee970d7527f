package io.tomogrid.manager.queue;

/**
 * One of those who share the GPUs.
 *
 * @param name as in a rule's or a job's {@code site}
 * @param weight of its share beside the others'; 0 stands for 1
 * @param memorySlices most that it may have in use at once, 0 for no limit
 * @param computeSlices most that it may have in use at once, 0 for no limit; a GPU that is not cut counts none
 */
public record Site(String name, double weight, int memorySlices, int computeSlices) {
    public Site {
        if (name == null || !(weight >= 0) || memorySlices < 0 || computeSlices < 0) {
            throw new IllegalArgumentException("tomogrid.manager.sites: each needs a name; weight, memory-slices and"
                    + " compute-slices may not be negative; got name " + name + ", weight " + weight
                    + ", memory-slices " + memorySlices + ", compute-slices " + computeSlices);
        }
        weight = weight == 0 ? 1 : weight;
    }
}
