package io.tomogrid.slices.converge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.slices.Layouts;
import io.tomogrid.slices.Placement;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.Slice;
import io.tomogrid.slices.SliceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-31, SLC-32 with processes that really die. */
class ConvergeKillTest {
    private static final int KILLS = 6;
    private static final SliceKey NEIGHBOUR = new SliceKey("node1", 0, "1g", 6);

    @TempDir
    Path folder;

    /** Cuts without end, one layout after the other, and tells each before it begins. */
    public static final class Cutter {
        private Cutter() {}

        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[0]);
            int first = Integer.parseInt(args[1]);
            GpuOwner owner = GpuOwner.claim(folder, "GPU-1", "the cutter");
            SimulatedInventory inventory = new SimulatedInventory("node1", folder, key -> false);
            Converge converge = new Converge(inventory, folder, folder);
            converge.repair();
            for (int n = first; owner.claim().held(); n++) {
                System.out.println(n);
                converge.layout(0, layout(n));
            }
        }
    }

    @Test
    void after_kill_9_the_layout_is_the_one_before_or_the_wanted_one() throws Exception {
        int step = 0;
        Random random = new Random(7);
        for (int kill = 0; kill < KILLS; kill++) {
            Process cutter = cutter(step);
            int seen = kill(cutter, 3 + random.nextInt(40), random.nextInt(8));
            SimulatedInventory inventory = new SimulatedInventory("node1", folder, key -> false);
            assertThat(new Converge(inventory, folder, folder).repair()).isEmpty();
            Set<SliceKey> is = inventory.read().gpus().get(0).slices().stream()
                    .map(Slice::key)
                    .collect(Collectors.toCollection(TreeSet::new));
            // what is not in the way of the newer layout stays, so only what overlaps tells the two apart
            assertThat(is).contains(NEIGHBOUR);
            assertThat(is.containsAll(layout(seen)) || is.containsAll(layout(seen - 1)))
                    .as("step " + seen + " left " + is)
                    .isTrue();
            step = seen + 1;
        }
    }

    @Test
    void the_owner_is_named_to_a_second_one_and_gone_with_its_process() throws Exception {
        Process cutter = cutter(1);
        try {
            while (told().isEmpty() && cutter.isAlive()) {
                cutter.waitFor(5, TimeUnit.MILLISECONDS);
            }
            assertThat(GpuOwner.claims(folder)).singleElement().satisfies(claim -> {
                assertThat(claim.held()).isTrue();
                assertThat(claim.pid()).isEqualTo(cutter.pid());
            });
            assertThat(refusal())
                    .contains("GPU-1 is cut by the cutter (process " + cutter.pid() + ", since 20")
                    .contains("GPU-1.owner");
        } finally {
            cutter.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        assertThat(GpuOwner.claims(folder)).singleElement().matches(claim -> !claim.held());
        try (GpuOwner next = GpuOwner.claim(folder, "GPU-1", "the next")) {
            assertThat(next.claim().owner()).isEqualTo("the next");
            assertThat(refusal()).contains("cut by the next");
            assertThat(GpuOwner.claims(folder)).singleElement().isEqualTo(next.claim());
        }
    }

    private String refusal() {
        try (GpuOwner second = GpuOwner.claim(folder, "GPU-1", "the second")) {
            return "not refused: " + second.claim();
        } catch (IOException refused) {
            return refused.getMessage();
        }
    }

    /** @return the last step that was told */
    private int kill(Process cutter, int steps, int millis) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (told().size() < steps && cutter.isAlive() && System.nanoTime() < deadline) {
            cutter.waitFor(1, TimeUnit.MILLISECONDS);
        }
        cutter.waitFor(millis, TimeUnit.MILLISECONDS);
        cutter.destroyForcibly();
        assertThat(cutter.waitFor(10, TimeUnit.SECONDS)).isTrue();
        List<String> told = told();
        assertThat(told).hasSizeGreaterThanOrEqualTo(steps);
        return Integer.parseInt(told.get(told.size() - 1));
    }

    /** The lines that are whole. */
    private List<String> told() throws IOException {
        String text = Files.readString(out());
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    private Path out() {
        return folder.resolve("out.log");
    }

    private Process cutter(int step) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Cutter.class.getName(),
                        folder.toString(),
                        Integer.toString(step))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(out().toFile())
                .start();
    }

    /** The nth of an endless row of layouts, each with the neighbour. */
    static List<SliceKey> layout(int n) {
        List<Placement> placements = Layouts.placements(SimulatedInventory.A100_40GB);
        List<List<Placement>> layouts = Layouts.maximal(placements).stream()
                .filter(layout -> layout.stream()
                        .anyMatch(
                                p -> p.profile().name().equals(NEIGHBOUR.profile()) && p.start() == NEIGHBOUR.start()))
                .toList();
        return layouts.get(new Random(n).nextInt(layouts.size())).stream()
                .map(p -> new SliceKey("node1", 0, p.profile().name(), p.start()))
                .toList();
    }
}
