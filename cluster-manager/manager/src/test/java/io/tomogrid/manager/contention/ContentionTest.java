package io.tomogrid.manager.contention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.manager.ledger.LedgerEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** LED-05: slow-downs that were put in come out; where nothing can be known nothing is said. */
class ContentionTest {
    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

    private final List<Worked> leases = new ArrayList<>();
    private double clock;
    private int jobs;

    @Test
    void a_pairs_slow_down_comes_out_with_its_bounds() {
        Random random = new Random(3);
        for (int i = 0; i < 30; i++) {
            alone("a", 100 * noise(random));
            alone("b", 200 * noise(random));
            together("a", 130 * noise(random), "b", 200 * noise(random));
        }
        SlowDown a = pair("a", "b");
        assertThat(a.times().value()).isCloseTo(1.3, within(0.04));
        assertThat(a.times().low()).isBetween(1.2, 1.3);
        assertThat(a.times().high()).isBetween(1.3, 1.4);
        assertThat(a.times().n()).isEqualTo(30);
        assertThat(a.excess()).isEqualTo(a.times().value() - 1);
        SlowDown b = pair("b", "a");
        assertThat(b.times().low()).isLessThan(1);
        assertThat(b.excess()).as("not certain").isZero();
        assertThat(learn().of("a").excess()).containsOnly(Map.entry("b", a.excess()));
        assertThat(learn().of("b").excess()).as("whoever comes second").containsOnly(Map.entry("a", a.excess()));
        assertThat(learn().of("c").excess()).isEmpty();
    }

    /** Half the time beside one, and twice two at once: per neighbour, for all of the time, it is the same. */
    @Test
    void neighbours_add_up_by_the_time_that_they_are_there() {
        for (int i = 0; i < 10; i++) {
            alone("a", 100);
            add("a", clock, 110);
            add("b", clock, 55);
            clock += 1000;
        }
        assertThat(pair("a", "b").times().value()).isCloseTo(1.2, within(1e-9));
        leases.clear();
        for (int i = 0; i < 10; i++) {
            alone("a", 100);
            add("a", clock, 140);
            add("b", clock - 10, 200);
            add("b", clock - 20, 200);
            clock += 1000;
        }
        assertThat(pair("a", "b").times().value()).isCloseTo(1.2, within(1e-9));
    }

    @Test
    void too_few_leases_teach_nothing() {
        for (int i = 0; i < Contention.FEWEST - 1; i++) {
            alone("a", 100);
            together("a", 150, "b", 150);
        }
        assertThat(learn().pairs()).isEmpty();
        assertThat(learn().rate().leases()).isZero();
        assertThat(learn().rate().share()).isNaN();
        alone("a", 100);
        assertThat(learn().rate().leases()).isEqualTo(2 * Contention.FEWEST - 1);
        assertThat(learn().pairs()).as("seven beside each other are too few").isEmpty();
        together("a", 150, "b", 150);
        assertThat(pair("a", "b").times().value()).isCloseTo(1.5, within(1e-9));
    }

    @Test
    void only_like_is_compared_with_like() {
        for (int i = 0; i < 10; i++) {
            alone("a", 100);
            Worked large = add("a", clock, 400);
            leases.set(leases.size() - 1, as(large, Worked.alike("a", "2g", "A100", 1 << 30)));
            add("b", clock, 400);
            clock += 1000;
        }
        assertThat(learn().pairs()).isEmpty();
        assertThat(learn().rate().beside()).isZero();
    }

    @Test
    void a_lease_between_several_protocols_teaches_of_no_pair_and_counts_in_the_rate() {
        for (int i = 0; i < 10; i++) {
            alone("a", 100);
            add("a", clock, 150);
            add("b", clock, 150);
            add("c", clock, 150);
            clock += 1000;
        }
        assertThat(learn().pairs()).noneMatch(pair -> pair.protocol().equals("a"));
        assertThat(learn().rate().slowed()).isEqualTo(10);
    }

    /** Wilson's interval for 4 of 18, reckoned by hand: 0.0900 to 0.4522. */
    @Test
    void the_rate_is_the_share_of_leases_that_were_slowed_down() {
        for (int i = 0; i < 8; i++) {
            alone("a", 100);
        }
        for (int i = 0; i < 10; i++) {
            together("a", i < 4 ? 120 : 105, "b", 120);
        }
        Rate rate = learn().rate();
        assertThat(rate).isEqualTo(new Rate(18, 10, 4, 8, 0, 8 * 100 + 4 * 120 + 6 * 105, 480));
        assertThat(rate.share()).isCloseTo(4 / 18.0, within(1e-12));
        assertThat(rate.low()).isCloseTo(0.0900, within(1e-4));
        assertThat(rate.high()).isCloseTo(0.4522, within(1e-4));
        assertThat(rate.shareOfSeconds()).isCloseTo(480 / 1910.0, within(1e-12));
        assertThat(rate.byChance()).isZero();
    }

    /** Its neighbour is in no ledger yet, or no more: it would pass for one that was alone. */
    @Test
    void who_may_have_a_neighbour_that_is_not_known_is_not_judged() {
        for (int i = 0; i < 10; i++) {
            alone("a", 100);
        }
        Instant third = leases.get(2).begin();
        assertThat(Contention.learn(leases, third, Map.of()).seen()).isEqualTo(8);
        assertThat(Contention.learn(leases, Instant.MIN, Map.of("gpu0", third)).seen())
                .isEqualTo(2);
        assertThat(Contention.learn(leases, Instant.MIN, Map.of("gpu1", third)).seen())
                .isEqualTo(10);
    }

    @Test
    void one_that_failed_is_a_neighbour_and_nothing_else() {
        for (int i = 0; i < 10; i++) {
            alone("a", 100);
            add("a", clock, 150);
            Worked failed = add("b", clock, 150);
            leases.set(
                    leases.size() - 1,
                    new Worked(
                            failed.job(),
                            "b",
                            "gpu0",
                            failed.alike(),
                            failed.begin(),
                            failed.end(),
                            failed.entered(),
                            false,
                            true));
            clock += 1000;
        }
        assertThat(learn().seen()).isEqualTo(20);
        assertThat(pair("a", "b").times().value()).isCloseTo(1.5, within(1e-9));
    }

    /** By the binomial distribution: of 9 values the second and the eighth, 96.1 %; of 8 the first and the last, 99.2 %. */
    @Test
    void the_medians_bounds_hold_as_often_as_they_say() {
        List<Double> nine =
                IntStream.rangeClosed(1, 9).mapToObj(n -> (double) n).toList();
        assertThat(Median.of(nine)).isEqualTo(new Median(5, 2, 8, 9));
        assertThat(Median.of(nine.subList(0, 8))).isEqualTo(new Median(4.5, 1, 8, 8));
        assertThat(Median.of(nine.subList(0, 5)).low()).isEqualTo(Double.NEGATIVE_INFINITY);
        Random random = new Random(1);
        for (int n : new int[] {8, 25, 600}) {
            int held = 0;
            for (int run = 0; run < 1000; run++) {
                Median median = Median.of(random.doubles(n).boxed().toList());
                held += median.low() <= 0.5 && median.high() >= 0.5 ? 1 : 0;
            }
            assertThat(held).as("of 1000 with %d values", n).isGreaterThan(930);
        }
    }

    @Test
    void an_entry_is_read_as_it_was_written_also_one_of_before() {
        String before = """
                {"attempt":1,"compute-slices":2,"ended":"2026-11-01T00:05:00.000000Z","gpu":"node1-gpu0",\
                "granted":"2026-11-01T00:00:00.000000Z","job":"j1","outcome":"SUCCEEDED","protocol":"petct-standard",\
                "simulated":true,"slice":"node1-gpu0-2g-4","work-seconds":12.5}""";
        Worked read = Worked.of(new LedgerEntry(1, before, ""));
        assertThat(read.seconds()).isEqualTo(12.5);
        assertThat(read.gpu()).isEqualTo("node1-gpu0");
        assertThat(read.succeeded()).isTrue();
        assertThat(read.entered()).isEqualTo(START.plusSeconds(300));
        assertThat(read.alike()).isEqualTo("petct-standard on 2g of  with unknown size");
        String now = before.replace("\"job\"", "\"gpu-name\":\"A100\",\"job\"")
                .replace("\"simulated\"", "\"series-bytes\":1500,\"simulated\"")
                .replace("12.5}", "null}");
        Worked later = Worked.of(new LedgerEntry(2, now, ""));
        assertThat(later.alike()).isEqualTo("petct-standard on 2g of A100 with 2^10 bytes");
        assertThat(later.seconds()).as("it never ended: the lease's").isEqualTo(300);
    }

    private Contention learn() {
        return Contention.learn(leases, Instant.MIN, Map.of());
    }

    private SlowDown pair(String protocol, String beside) {
        return learn().pairs().stream()
                .filter(pair ->
                        pair.protocol().equals(protocol) && pair.beside().equals(beside))
                .findFirst()
                .orElseThrow();
    }

    private static double noise(Random random) {
        return 1 + 0.03 * random.nextGaussian();
    }

    private void alone(String protocol, double seconds) {
        add(protocol, clock, seconds);
        clock += 1000;
    }

    /** The second is there all the time of the first. */
    private void together(String first, double seconds, String second, double other) {
        add(first, clock, seconds);
        add(second, clock - 20, Math.max(other, seconds + 20));
        clock += 1000;
    }

    private Worked add(String protocol, double at, double seconds) {
        Instant begin = START.plusMillis(Math.round(at * 1000));
        Instant end = begin.plusMillis(Math.round(seconds * 1000));
        Worked worked = new Worked(
                "job" + jobs++, protocol, "gpu0", Worked.alike(protocol, "2g", "A100", 0), begin, end, end, true, true);
        leases.add(worked);
        return worked;
    }

    private static Worked as(Worked of, String alike) {
        return new Worked(
                of.job(),
                of.protocol(),
                of.gpu(),
                alike,
                of.begin(),
                of.end(),
                of.entered(),
                of.succeeded(),
                of.simulated());
    }
}
