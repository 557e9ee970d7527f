package io.tomogrid.node.bench.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.node.NodeConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HEAL-01, HEAL-02, HEAL-03, HEAL-06: two hosts with processes of their own, one in a network namespace that is cut off. */
@Tag("cluster")
class HostCutOffTest {
    private static final Duration HOLD = Duration.ofSeconds(4);
    /** How long the manager's leases last. */
    private static final Duration LEASE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void the_jobs_of_a_host_that_is_cut_off_end_once_on_the_other() throws Exception {
        try {
            NodeConfig.Layout.find();
        } catch (IOException notBuilt) {
            assumeTrue(false, notBuilt.getMessage());
        }
        try (Island island = islandOrSkip();
                BenchCluster cluster = BenchCluster.start(
                        folder, new Setting(HOLD, 15, 3, List.of("hosta", "hostb"), Optional.of(island)))) {
            // two fit on either host, so at least one is on the island
            List<String> studies = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                studies.add(cluster.feed().submit());
            }
            cluster.await("three jobs run", LEASE, () -> begun(cluster, studies) == 3);
            List<String> cutOff = cluster.owners().begins().stream()
                    .filter(begin -> begin.slice().host().equals("hostb"))
                    .map(OwnerLog.Begin::jobId)
                    .toList();
            assertThat(cutOff).isNotEmpty();
            island.cut();
            cluster.await("every job is done before a lease would have ended", LEASE, () -> done(cluster, studies));
            for (String job : cutOff) {
                assertThat(cluster.owners().begin(job, 2).orElseThrow().slice().host())
                        .isEqualTo("hosta");
                cluster.await(
                        "the host that is cut off has its own result",
                        HOLD,
                        () -> cluster.owners().ended(job, 1));
            }
            island.mend();
            cluster.await("both hosts are there", LEASE, cluster::ready);
            String after = cluster.feed().submit();
            cluster.await("a job comes and is done", LEASE, () -> done(cluster, List.of(after)));
            for (String study : studies) {
                Database.Job job = cluster.database().job(study).orElseThrow();
                assertThat(cluster.database().transitions(job.id()))
                        .filteredOn(step -> step.state().equals("DONE"))
                        .hasSize(1);
                List<Long> epochs = cluster.database().epochs(job.id());
                assertThat(epochs).hasSize(cutOff.contains(job.id()) ? 2 : 1);
                assertThat(cluster.feed().epoch(job.id())).isEqualTo(epochs.get(epochs.size() - 1));
            }
            assertThat(cluster.feed().refused()).isEmpty();
            assertThat(cluster.owners().violations()).isEmpty();
        }
    }

    private static Island islandOrSkip() {
        try {
            return Island.rise();
        } catch (IOException notPermitted) {
            assumeTrue(false, notPermitted.getMessage());
            throw new IllegalStateException(notPermitted);
        }
    }

    private static long begun(BenchCluster cluster, List<String> studies) throws IOException {
        long begun = 0;
        for (String study : studies) {
            Optional<Database.Job> job = cluster.database().job(study);
            if (job.isPresent() && cluster.owners().begin(job.get().id(), 1).isPresent()) {
                begun++;
            }
        }
        return begun;
    }

    private static boolean done(BenchCluster cluster, List<String> studies) throws IOException {
        for (String study : studies) {
            if (cluster.database()
                    .job(study)
                    .filter(job -> job.state().equals("DONE"))
                    .isEmpty()) {
                return false;
            }
        }
        return true;
    }
}
