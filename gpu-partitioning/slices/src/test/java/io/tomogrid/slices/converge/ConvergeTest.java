package io.tomogrid.slices.converge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.GpuFault;
import io.tomogrid.slices.InventoryException;
import io.tomogrid.slices.Layouts;
import io.tomogrid.slices.NvmlReturn;
import io.tomogrid.slices.Placement;
import io.tomogrid.slices.SimulatedFaults;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-30, SLC-31: a layout comes whole or not at all, whenever the process dies, and neighbours notice nothing. */
class ConvergeTest {
    private static final long SEED = 20261125;
    private static final int SCENES = 40;

    @TempDir
    Path folder;

    private BreakableHost host;
    private Converge converge;

    @BeforeEach
    void start() throws IOException {
        begin(folder.resolve("first"));
    }

    private void begin(Path state) throws IOException {
        host = new BreakableHost(new SimulatedInventory("node1", state, key -> false));
        converge = new Converge(host, state, locks());
    }

    @Test
    void what_is_idle_and_in_the_way_goes_and_the_rest_stays() throws Exception {
        converge.layout(0, List.of(key("1g", 0), key("1g", 1), key("3g", 4)));
        String neighbour = uuids().get(key("3g", 4));
        List<Slice> made = converge.layout(0, List.of(key("2g", 0)));
        assertThat(made).extracting(Slice::key).containsExactly(key("2g", 0));
        assertThat(uuids()).containsOnlyKeys(key("2g", 0), key("3g", 4)).containsEntry(key("3g", 4), neighbour);
        Map<SliceKey, String> before = uuids();
        converge.layout(0, List.of(key("2g", 0), key("3g", 4)));
        assertThat(uuids()).isEqualTo(before);
    }

    @Test
    void what_a_process_works_on_is_never_in_the_way() throws Exception {
        converge.layout(0, List.of(key("1g", 0), key("1g", 1)));
        Map<SliceKey, String> before = uuids();
        try (SliceLock lock = lock(key("1g", 1))) {
            assertThat(lock).isNotNull();
            assertThatThrownBy(() -> converge.layout(0, List.of(key("2g", 0))))
                    .isInstanceOfSatisfying(
                            InventoryException.class, e -> assertThat(e.code()).isEqualTo(NvmlReturn.IN_USE))
                    .hasMessageContaining("a process works on node1-gpu0-1g-1");
        }
        assertThat(uuids()).isEqualTo(before);
        assertThat(SliceLock.isHeld(locks(), key("1g", 0))).isFalse();
        assertThat(checkpoints()).isEmpty();
    }

    @Test
    void layouts_that_no_gpu_allows_are_refused_by_name() throws Exception {
        converge.layout(0, List.of(key("1g", 6)));
        assertThatThrownBy(() -> converge.layout(0, List.of(key("4g", 0), key("3g", 0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("can have")
                .hasMessageContaining("node1-gpu0-3g-0");
        assertThatThrownBy(() -> converge.layout(0, List.of(key("3g", 2)))).hasMessageContaining("begins at one of");
        assertThatThrownBy(() -> converge.layout(0, List.of(new SliceKey("node2", 0, "3g", 0))))
                .hasMessageContaining("this host is node1");
        assertThatThrownBy(() -> converge.layout(3, List.of())).hasMessageContaining("GPU 3");
        assertThat(uuids()).containsOnlyKeys(key("1g", 6));
    }

    @Test
    void what_the_driver_refuses_in_the_middle_is_taken_back() throws Exception {
        converge.layout(0, List.of(key("1g", 0), key("1g", 6)));
        String neighbour = uuids().get(key("1g", 6));
        host.refuse(key("2g", 2));
        assertThatThrownBy(() -> converge.layout(0, List.of(key("2g", 0), key("2g", 2))))
                .hasMessageContaining("refused by the test");
        assertThat(uuids()).containsOnlyKeys(key("1g", 0), key("1g", 6)).containsEntry(key("1g", 6), neighbour);
        assertThat(checkpoints()).isEmpty();
    }

    @Test
    void a_crash_between_any_two_calls_is_repaired() throws Exception {
        Random random = new Random(SEED);
        List<List<Placement>> layouts = Layouts.all(Layouts.placements(SimulatedInventory.A100_40GB));
        int crashes = 0;
        int taken = 0;
        for (int scene = 0; scene < SCENES; scene++) {
            List<SliceKey> before = keys(layouts.get(random.nextInt(layouts.size())));
            List<SliceKey> wanted = keys(layouts.get(random.nextInt(layouts.size())));
            for (int moments = 0; ; moments++) {
                begin(folder.resolve("scene-" + scene + "-" + moments));
                converge.layout(0, before);
                Map<SliceKey, String> was = uuids();
                List<SliceKey> neighbours = besides(before, wanted);
                boolean crashed = crash(wanted, moments);
                host.revive();
                List<SliceLock> held = new ArrayList<>();
                for (SliceKey neighbour : neighbours) {
                    held.add(lock(neighbour));
                }
                assertThat(new Converge(host, state(scene, moments), locks()).repair())
                        .isEmpty();
                Map<SliceKey, String> is = uuids();
                TreeSet<SliceKey> after = new TreeSet<>(neighbours);
                after.addAll(wanted);
                String where = "seed " + SEED + ", scene " + scene + ", moment " + moments;
                assertThat(is.keySet()).as(where).isIn(new TreeSet<>(before), after);
                assertThat(is.values()).as(where).doesNotContain("");
                for (SliceKey neighbour : neighbours) {
                    assertThat(is.get(neighbour)).as(where).isEqualTo(was.get(neighbour));
                }
                assertThat(checkpoints(state(scene, moments))).isEmpty();
                for (SliceLock lock : held) {
                    lock.close();
                }
                if (!crashed) {
                    assertThat(is.keySet()).isEqualTo(after);
                    break;
                }
                crashes++;
                taken += is.keySet().equals(after) ? 1 : 0;
            }
        }
        assertThat(crashes).isGreaterThan(10 * SCENES);
        assertThat(taken)
                .as("crashes of " + crashes + " after which the rest was done")
                .isPositive();
    }

    @Test
    void where_neither_way_is_open_it_waits_and_says_so() throws Exception {
        Path state = folder.resolve("first");
        converge.layout(0, List.of(key("1g", 0), key("1g", 2)));
        // dead after both are destroyed and one is made
        for (int moments = 0; uuids().size() != 1 || !uuids().containsKey(key("2g", 0)); moments++) {
            begin(folder.resolve("again" + moments));
            state = folder.resolve("again" + moments);
            converge.layout(0, List.of(key("1g", 0), key("1g", 2)));
            crash(List.of(key("2g", 0), key("2g", 2)), moments);
            host.revive();
        }
        Converge next = new Converge(host, state, locks());
        try (SliceLock made = lock(key("2g", 0));
                SliceLock late = lock(key("1g", 2))) {
            assertThat(made).isNotNull();
            assertThat(late).isNotNull();
            assertThat(next.repair()).singleElement().asString().contains("can neither be done", "nor taken back");
            assertThatThrownBy(() -> next.layout(0, List.of(key("3g", 4)))).hasMessageContaining("can neither be done");
        }
        assertThat(next.layout(0, List.of(key("3g", 4))).get(0).deviceUuid()).isNotEmpty();
        assertThat(uuids()).containsOnlyKeys(key("2g", 0), key("2g", 2), key("3g", 4));
    }

    @Test
    void what_was_interrupted_waits_for_a_gpu_that_is_lost_and_is_forgotten_with_its_places() throws Exception {
        SliceKey seven = key("7g", 0);
        interrupted("7g-0");
        SimulatedFaults.inject(folder.resolve("first"), GpuFault.of(0, GpuFault.Kind.LOST));
        assertThat(converge.repair()).singleElement().asString().contains("GPU 0 does not answer");
        assertThatThrownBy(() -> converge.layout(0, List.of(seven))).hasMessageContaining("does not answer");
        SimulatedFaults.reset(folder.resolve("first"), 0);
        assertThat(converge.repair()).isEmpty();
        assertThat(uuids()).containsOnlyKeys(seven);
        interrupted("8g-0");
        assertThat(converge.repair()).isEmpty();
        assertThat(uuids()).containsOnlyKeys(seven);
        assertThat(checkpoints()).isEmpty();
    }

    private void interrupted(String slice) throws IOException {
        String uuid = host.read().gpus().get(0).uuid();
        Files.writeString(
                folder.resolve("first/change-of-" + uuid + ".json"),
                "{\"format-version\":1,\"gpu\":0,\"gpu-uuid\":\"" + uuid + "\",\"destroy\":[],\"create\":[\"node1-gpu0-"
                        + slice + "\"]}");
    }

    @Test
    void a_checkpoint_of_another_version_stops_everything() throws Exception {
        Files.writeString(folder.resolve("first/change-of-GPU-1.json"), "{\"format-version\":9}");
        assertThatThrownBy(converge::repair)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("change-of-GPU-1.json")
                .hasMessageContaining("expected 1, got 9");
    }

    private boolean crash(List<SliceKey> wanted, int moments) throws InventoryException, IOException {
        host.crashAfter(moments);
        try {
            converge.layout(0, wanted);
            return false;
        } catch (BreakableHost.Crash dead) {
            return true;
        }
    }

    /** Those that are wanted no more, but not in the way. */
    private List<SliceKey> besides(List<SliceKey> before, List<SliceKey> wanted) {
        Gpu gpu = host.read().gpus().get(0);
        return before.stream()
                .filter(key -> wanted.contains(key)
                        || wanted.stream().noneMatch(w -> gpu.placement(w).overlaps(gpu.placement(key))))
                .toList();
    }

    private Map<SliceKey, String> uuids() {
        return host.read().gpus().get(0).slices().stream()
                .collect(Collectors.toMap(Slice::key, Slice::deviceUuid, (a, b) -> a, TreeMap::new));
    }

    private List<Path> checkpoints() throws IOException {
        return checkpoints(folder.resolve("first"));
    }

    private static List<Path> checkpoints(Path state) throws IOException {
        try (Stream<Path> files = Files.list(state)) {
            return files.filter(file -> file.getFileName().toString().startsWith("change-of-"))
                    .toList();
        }
    }

    private Path state(int scene, int moments) {
        return folder.resolve("scene-" + scene + "-" + moments);
    }

    private SliceLock lock(SliceKey key) throws IOException, InterruptedException {
        return SliceLock.acquire(locks(), key, Duration.ZERO).orElseThrow();
    }

    private Path locks() {
        return folder.resolve("locks");
    }

    private static List<SliceKey> keys(List<Placement> layout) {
        return layout.stream().map(p -> key(p.profile().name(), p.start())).toList();
    }

    private static SliceKey key(String profile, int start) {
        return new SliceKey("node1", 0, profile, start);
    }
}
