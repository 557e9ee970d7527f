package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** SLC-02, JOB-04: scenes of GPUs, leases and a request in, a decision out. */
class PlannerTest {
    private static final long GIB = 1L << 30;
    private static final List<GpuProfile> TWELVE = List.of(
            new GpuProfile(0, "1g", 1, 3, 23 * GIB, 4, List.of(0, 3, 6, 9)),
            new GpuProfile(1, "2g", 2, 6, 47 * GIB, 2, List.of(0, 6)),
            new GpuProfile(3, "4g", 4, 12, 95 * GIB, 1, List.of(0)));

    @Test
    void an_idle_slice_that_fits_exactly_is_taken_as_it_is() {
        scene().gpu("3g-4 idle", "1g-0 idle").needs(16, 3).gets("gpu0-3g-4 exists");
    }

    @Test
    void an_idle_slice_that_is_too_large_is_cut_up() {
        scene().gpu("7g-0 idle").needs(4, 1).gets("gpu0-1g-6 new after gpu0-7g-0");
    }

    @Test
    void a_leased_slice_is_never_destroyed_even_if_it_does_not_exist_yet() {
        scene().gpu("2g-0 leased idle", "3g-4 leased").needs(9, 2).gets("gpu0-2g-2 new");
        scene().gpu("2g-0 leased", "2g-2 leased", "3g-4 leased").needs(9, 2).waits();
    }

    @Test
    void a_locked_slice_is_never_destroyed_although_no_lease_speaks_for_it() {
        scene().gpu("4g-0 locked").needs(39, 7).waits();
        scene().gpu("4g-0 locked", "3g-4 idle").needs(16, 3).gets("gpu0-3g-4 exists");
        scene().gpu("3g-4 locked").needs(16, 3).gets("gpu0-4g-0 new or gpu0-3g-0 new");
    }

    @Test
    void a_small_request_goes_where_it_costs_the_least() {
        // memory slice 6 and 7 end no 2g: only the 3g at 4, the 7g and the double memory at 6 are lost
        scene().gpu().needs(4, 1).gets("gpu0-1g-6 new");
        scene().gpu("1g-6 leased").needs(4, 1).gets("gpu0-1g-4 new or gpu0-1g-5 new");
    }

    @Test
    void a_gpu_that_is_begun_is_filled_before_another_is_begun() {
        scene().gpu().gpu("3g-4 leased").needs(16, 3).gets("gpu1-3g-0 new or gpu1-4g-0 new");
    }

    @Test
    void only_what_stands_in_the_way_is_destroyed() {
        scene().gpu("1g-0 idle", "1g-1 idle", "1g-2 idle", "1g-3 idle", "3g-4 leased")
                .needs(9, 2)
                .gets("gpu0-2g-0 new after gpu0-1g-0 gpu0-1g-1 or gpu0-2g-2 new after gpu0-1g-2 gpu0-1g-3");
    }

    @Test
    void memory_alone_is_served_by_a_profile_of_one_compute_slice() {
        scene().gpu().needs(9, 1).gets("gpu0-1gx2-6 new");
    }

    @Test
    void a_half_made_slice_is_made_anew() {
        scene().gpu("3g-4 halfmade", "4g-0 leased").needs(16, 3).gets("gpu0-3g-4 new");
    }

    @Test
    void a_request_that_waits_is_told_apart_from_one_that_no_gpu_can_ever_serve() {
        scene().gpu("7g-0 leased").needs(4, 1).waits();
        scene().gpu("7g-0 leased").needs(41, 1).isImpossible("41.00 GiB", "39.25 GiB");
        scene().gpu().needs(1, 8).isImpossible("8 compute slices");
        scene().needs(1, 1).waits();
    }

    @Test
    void a_gpu_that_is_not_cut_serves_as_a_whole() {
        scene().whole(15).needs(12, 5).gets("gpu0-whole-0 exists");
        scene().whole(15).lease("whole-0").needs(12, 5).waits();
        scene().whole(15).needs(16, 1).isImpossible("15.00 GiB");
    }

    @Test
    void a_gpu_whose_leases_nobody_can_place_any_more_is_left_alone() {
        scene().whole(15).lease("3g-4").needs(12, 5).waits();
    }

    static Stream<List<GpuProfile>> grids() {
        return Stream.of(SimulatedInventory.A100_40GB, TWELVE);
    }

    /** Plans, applies and releases at random; the driver's rules are enforced by what the plans are applied to. */
    @ParameterizedTest
    @MethodSource("grids")
    void never_overlaps_and_always_stays_legal(List<GpuProfile> profiles) {
        long seed = 20261124;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int grants = 0;
        for (int run = 0; run < 40; run++) {
            Scene scene = new Scene();
            scene.gpu(profiles).gpu(profiles);
            for (int step = 0; step < 60; step++) {
                if (!scene.leases.isEmpty() && random.nextInt(3) == 0) {
                    scene.leases.remove(random.nextInt(scene.leases.size()));
                    continue;
                }
                GpuProfile wanted = profiles.get(random.nextInt(profiles.size()));
                SliceRequest request =
                        new SliceRequest(wanted.memoryBytes() - random.nextInt(1000), wanted.computeSlices());
                Decision decision = Planner.plan(scene.hosts(), scene.leases, request);
                assertThat(Planner.plan(scene.hosts(), scene.leases, request)).isEqualTo(decision);
                if (decision instanceof Decision.Plan plan) {
                    scene.apply(plan, request);
                    grants++;
                } else {
                    assertThat(decision).isInstanceOf(Decision.Wait.class);
                    scene.nothingFitsBesideTheLeases(request);
                }
            }
        }
        assertThat(grants).isGreaterThan(500);
    }

    private static Scene scene() {
        return new Scene();
    }

    private static final class Scene {
        private final List<Gpu> gpus = new ArrayList<>();
        private final List<SliceKey> leases = new ArrayList<>();
        private SliceRequest request;

        Scene gpu(String... slices) {
            return gpu(SimulatedInventory.A100_40GB, slices);
        }

        Scene gpu(List<GpuProfile> profiles, String... slices) {
            List<Slice> existing = new ArrayList<>();
            for (String text : slices) {
                List<String> words = Arrays.asList(text.split(" "));
                SliceKey key = SliceKey.parse("n1-gpu" + gpus.size() + "-" + words.get(0));
                if (words.contains("leased")) {
                    leases.add(key);
                }
                if (!words.contains("leased") || words.contains("idle")) {
                    existing.add(
                            new Slice(key, words.contains("halfmade") ? "" : "MIG-" + key, words.contains("locked")));
                }
            }
            int grid = profiles.stream()
                    .mapToInt(p -> p.starts().get(p.starts().size() - 1) + p.memorySlices())
                    .max()
                    .orElseThrow();
            gpus.add(new Gpu(gpus.size(), "GPU-" + gpus.size(), "test", 40 * GIB, true, grid, profiles, existing));
            return this;
        }

        Scene whole(int gib) {
            SliceKey key = SliceKey.parse("n1-gpu" + gpus.size() + "-whole-0");
            gpus.add(new Gpu(
                    gpus.size(),
                    "GPU-T4",
                    "test",
                    gib * GIB,
                    true,
                    1,
                    List.of(GpuProfile.whole(gib * GIB)),
                    List.of(new Slice(key, "GPU-T4", false))));
            return this;
        }

        Scene lease(String slice) {
            leases.add(SliceKey.parse("n1-gpu0-" + slice));
            return this;
        }

        Scene needs(int gib, int computeSlices) {
            request = new SliceRequest(gib * GIB, computeSlices);
            return this;
        }

        void gets(String oneOf) {
            assertThat(decide())
                    .isInstanceOfSatisfying(
                            Decision.Plan.class,
                            plan -> assertThat(oneOf.split(" or ")).contains(describe(plan)));
        }

        void waits() {
            assertThat(decide()).isInstanceOf(Decision.Wait.class);
        }

        void isImpossible(String... says) {
            assertThat(decide())
                    .isInstanceOfSatisfying(
                            Decision.Impossible.class,
                            impossible -> assertThat(impossible.reason()).contains(says));
        }

        List<HostInventory> hosts() {
            return List.of(new HostInventory("n1", gpus));
        }

        /** As the driver would: only what exists and is free is destroyed, only what fits is made. */
        void apply(Decision.Plan plan, SliceRequest wanted) {
            SliceKey key = plan.key();
            Gpu gpu = gpus.get(key.gpu());
            assertThat(leases).doesNotContain(key);
            assertThat(plan.toDestroy()).noneMatch(leases::contains);
            assertThat(gpu.placement(key).profile().serves(wanted)).isTrue();
            List<Slice> slices = new ArrayList<>(gpu.slices());
            for (SliceKey destroyed : plan.toDestroy()) {
                assertThat(slices.removeIf(slice -> slice.key().equals(destroyed)))
                        .isTrue();
            }
            assertThat(gpu.slice(key).isEmpty()).isEqualTo(plan.create());
            if (plan.create()) {
                List<Placement> standing =
                        slices.stream().map(s -> gpu.placement(s.key())).toList();
                assertThat(gpu.placement(key).fitsBeside(standing)).isTrue();
                slices.add(new Slice(key, "MIG-" + key, false));
            }
            leases.add(key);
            gpus.set(gpu.index(), gpu.with(slices));
        }

        void nothingFitsBesideTheLeases(SliceRequest wanted) {
            for (Gpu gpu : gpus) {
                List<Placement> leased = leases.stream()
                        .filter(key -> key.gpu() == gpu.index())
                        .map(gpu::placement)
                        .toList();
                assertThat(gpu.placements()).noneMatch(p -> p.profile().serves(wanted) && p.fitsBeside(leased));
            }
        }

        private Decision decide() {
            return Planner.plan(hosts(), leases, request);
        }

        private static String describe(Decision.Plan plan) {
            String after = plan.toDestroy().isEmpty()
                    ? ""
                    : " after "
                            + String.join(
                                    " ",
                                    plan.toDestroy().stream()
                                            .map(PlannerTest.Scene::shortName)
                                            .toList());
            return shortName(plan.key()) + (plan.create() ? " new" : " exists") + after;
        }

        private static String shortName(SliceKey key) {
            return key.toString().substring("n1-".length());
        }
    }
}
