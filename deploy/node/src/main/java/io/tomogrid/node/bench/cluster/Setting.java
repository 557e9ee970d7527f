package io.tomogrid.node.bench.cluster;

import io.tomogrid.node.NodeConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a {@link BenchCluster} is to be like.
 *
 * @param hold how long each job holds its slice
 * @param stall how much longer than that a job may stand still before the manager takes it for hung
 * @param memoryGb device memory that a job asks for @param computeSlices the same
 * @param hosts their names
 * @param island where the last host is; empty if all share this machine's addresses
 */
public record Setting(
        Duration hold, Duration stall, int memoryGb, int computeSlices, List<String> hosts, Optional<Island> island) {
    /** More than a loaded machine stands still. */
    private static final Duration STALL = Duration.ofSeconds(15);

    /** With the usual time for standing still. */
    public Setting(Duration hold, int memoryGb, int computeSlices, List<String> hosts, Optional<Island> island) {
        this(hold, STALL, memoryGb, computeSlices, hosts, island);
    }

    /** Jobs that take the smallest slice there is, on hosts of one machine. */
    public static Setting small(Duration hold, String... hosts) {
        return small(hold, STALL, hosts);
    }

    /** The same with another time for standing still. */
    public static Setting small(Duration hold, Duration stall, String... hosts) {
        return new Setting(hold, stall, 4, 1, List.of(hosts), Optional.empty());
    }

    /** Where Spark's parts meet. */
    String address() {
        return island.map(Island::near).orElse(NodeConfig.LOOPBACK);
    }
}
