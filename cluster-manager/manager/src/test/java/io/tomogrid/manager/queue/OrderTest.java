package io.tomogrid.manager.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.tomogrid.cluster.contract.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** JOB-10, JOB-12: whose turn comes first. */
class OrderTest {
    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    private static final double MINUTE = 60;

    private int minute;

    @Test
    void stat_goes_before_routine_before_batch_then_the_earliest_deadline_then_age() {
        List<Waiting> jobs = new ArrayList<>(List.of(
                job("batch due at once", Priority.BATCH, 0),
                job("old routine", Priority.ROUTINE, -1),
                job("routine due late", Priority.ROUTINE, 90),
                job("routine due soon", Priority.ROUTINE, 30),
                job("young routine", Priority.ROUTINE, -1),
                job("stat", Priority.STAT, -1)));
        Random random = new Random(4);
        for (int i = 0; i < 20; i++) {
            Collections.shuffle(jobs, random);
            assertThat(new Order(List.of(), Map.of(), MINUTE).of(jobs))
                    .extracting(Turn::job)
                    .containsExactly(
                            "stat",
                            "routine due soon",
                            "routine due late",
                            "old routine",
                            "young routine",
                            "batch due at once");
        }
    }

    @Test
    void each_turn_says_why() {
        assertThat(new Order(List.of(), Map.of(), MINUTE)
                        .of(List.of(job("a", Priority.ROUTINE, 30), job("b", Priority.BATCH, -1))))
                .containsExactly(
                        new Turn("a", "its turn comes as a ROUTINE job that is due at 2026-11-25T12:30:00Z"),
                        new Turn("b", "its turn comes as a BATCH job by its age"));
    }

    @Test
    void the_site_that_has_used_least_for_its_weight_goes_first() {
        List<Waiting> jobs = List.of(of("big", "b1"), of("small", "s1"), of("unknown", "u1"));
        var order = new Order(
                List.of(site("big", 4, 0, 0), site("small", 0, 0, 0)),
                Map.of("big", 1000.0, "small", 300.0, "unknown", 200.0),
                MINUTE);
        assertThat(order.of(jobs)).extracting(Turn::job).containsExactly("u1", "b1", "s1");
    }

    /** Of many jobs at once each site has what its weight says. */
    @Test
    void the_slices_that_are_free_at_once_are_shared_by_weight() {
        List<Waiting> jobs = new ArrayList<>();
        for (int i = 0; i < 90; i++) {
            jobs.add(of("big", "big" + i));
            jobs.add(of("small", "small" + i));
        }
        List<Turn> first = new Order(List.of(site("big", 2, 0, 0)), Map.of(), MINUTE)
                .of(jobs)
                .subList(0, 60);
        assertThat(first).filteredOn(turn -> turn.job().startsWith("big")).hasSize(40);
    }

    @Test
    void what_was_used_one_half_life_ago_counts_half() {
        Duration hour = Duration.ofHours(1);
        Instant started = NOON.minus(Duration.ofSeconds(10));
        double now = Usage.decayed(List.of(new Usage("a", 3, started, NOON)), NOON, hour)
                .get("a");
        double then = Usage.decayed(List.of(new Usage("a", 3, started, NOON)), NOON.plus(hour), hour)
                .get("a");
        assertThat(then).isCloseTo(now / 2, offset(1e-9));
        assertThat(now).isBetween(29.9, 30.0);
        // for ever at work: the integral is slices · h / ln 2
        assertThat(Usage.decayed(List.of(new Usage("a", 1, NOON.minus(Duration.ofDays(9)), NOON)), NOON, hour)
                        .get("a"))
                .isCloseTo(3600 / Math.log(2), offset(1e-6));
    }

    /** JOB-13 */
    @Test
    void a_quota_counts_both_kinds_of_slices() {
        var quotas = new Quotas(List.of(site("a", 1, 8, 4), site("b", 1, 0, 0)));
        quotas.take("a", 4, 3);
        assertThat(quotas.refusal("a", 4, 1)).isEmpty();
        assertThat(quotas.refusal("a", 5, 1))
                .contains(
                        "site a has 4 of the 8 memory slices of its quota in use; it waits until one of its jobs ends");
        assertThat(quotas.refusal("a", 2, 2))
                .contains(
                        "site a has 3 of the 4 compute slices of its quota in use; it waits until one of its jobs ends");
        assertThat(quotas.refusal("a", 9, 0))
                .contains(
                        "it needs 9 memory slices, more than the quota of 8 of site a; raise it in tomogrid.manager.sites");
        quotas.take("b", 100, 100);
        assertThat(quotas.refusal("b", 100, 100)).isEmpty();
        assertThat(quotas.refusal("nobody's", 100, 100)).isEmpty();
    }

    private Waiting of(String site, String id) {
        return new Waiting(id, Priority.ROUTINE, site, Optional.empty(), NOON.plusSeconds(60L * minute++), 2);
    }

    /** @param due minutes after noon; negative for no deadline */
    private Waiting job(String id, Priority priority, int due) {
        Optional<Instant> deadline = due < 0 ? Optional.empty() : Optional.of(NOON.plusSeconds(60L * due));
        return new Waiting(id, priority, "", deadline, NOON.plusSeconds(60L * minute++), 2);
    }

    private static Site site(String name, double weight, int memorySlices, int computeSlices) {
        return new Site(name, weight, memorySlices, computeSlices, List.of());
    }
}
