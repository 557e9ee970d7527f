package io.tomogrid.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SLC-22: what was seen in public listings of real boards is what our tables say. The listings are mig/mig-profiles.json in the
 * folder of test data; skipped without.
 */
class MigProfilesTest {
    private static final double GIB = 1L << 30;
    /** Listings print two digits, and drivers differ by less than this between them. */
    private static final double DRIVERS_DIFFER = 0.01;

    private static final Map<String, String> NAMES = Map.of("RTX-PRO-6000-Blackwell-96GB", "RTX-PRO-6000-96GB");

    private static Map<?, ?> document;

    @BeforeAll
    static void read() throws IOException {
        Path data = Optional.ofNullable(System.getenv("TOMOGRID_DATA"))
                .map(Path::of)
                .orElseGet(MigProfilesTest::besideTheProject);
        Path file = data.resolve("mig/mig-profiles.json");
        assumeTrue(
                Files.isReadable(file),
                "no listings of MIG profiles: set TOMOGRID_DATA to a folder with mig/mig-profiles.json");
        document = JSON.std.mapFrom(Files.readString(file));
    }

    private static Path besideTheProject() {
        return Stream.iterate(Path.of("").toAbsolutePath(), folder -> folder != null, Path::getParent)
                .map(folder -> folder.resolve("shared/data"))
                .filter(Files::isDirectory)
                .findFirst()
                .orElse(Path.of("shared/data"));
    }

    @Test
    void every_verified_row_of_a_model_that_we_know_is_ours() {
        int rows = 0;
        for (GpuModel model : GpuModel.KNOWN) {
            Map<?, ?> seen = model(model);
            assertThat(model.memorySlices()).isEqualTo(seen.get("grid_slices"));
            for (Object entry : list(seen.get("profiles"))) {
                Map<?, ?> row = (Map<?, ?>) entry;
                int profileEnum = (Integer) row.get("nvml_profile_enum");
                Optional<GpuProfile> ours = model.profiles().stream()
                        .filter(profile -> profile.profileEnum() == profileEnum)
                        .findFirst();
                if (!"verified".equals(row.get("status")) || ours.isEmpty()) {
                    continue;
                }
                agrees(ours.get(), row, model.name());
                assertThat(model.profile(String.valueOf(row.get("name")))).isEqualTo(ours.get());
                rows++;
            }
            assertThat(model.profiles())
                    .allSatisfy(profile -> assertThat(list(seen.get("profiles")))
                            .as(model.name() + " " + profile.name())
                            .anySatisfy(row -> assertThat(((Map<?, ?>) row).get("nvml_profile_enum"))
                                    .isEqualTo(profile.profileEnum())));
        }
        assertThat(rows).isGreaterThan(25);
    }

    @Test
    void what_the_stand_in_offers_was_seen(@TempDir Path folder) throws Exception {
        NvmlStandIn gpus = NvmlStandIn.in(folder);
        System.setProperty(NvmlInventory.LIBRARY_PROPERTY, gpus.library().toString());
        List<String> models = List.of("A100-40GB", "A100-80GB", "H100-80GB", "A30-24GB", "RTX-PRO-6000-96GB");
        gpus.build(String.join(",", models));
        try (NvmlInventory inventory = NvmlInventory.open("node1")) {
            for (Gpu gpu : inventory.read().gpus()) {
                GpuModel model = GpuModel.named(models.get(gpu.index()));
                assertThat(gpu.memorySlices()).isEqualTo(model.memorySlices());
                for (Object entry : list(model(model).get("profiles"))) {
                    Map<?, ?> row = (Map<?, ?>) entry;
                    GpuProfile profile = gpu.profiles().stream()
                            .filter(p -> row.get("nvml_profile_enum").equals(p.profileEnum()))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError(model.name() + " lacks " + row.get("name")));
                    agrees(profile, row, model.name());
                }
            }
        } finally {
            System.clearProperty(NvmlInventory.LIBRARY_PROPERTY);
        }
    }

    @Test
    void layouts_are_as_many_as_were_counted() {
        Map<?, ?> counted = (Map<?, ?>) document.get("enumeration_checks");
        counts("A100-40GB", 6, (Map<?, ?>) counted.get("A100/H100-class six profiles (adds 1g double-memory)"));
        counts("A30-24GB", 3, (Map<?, ?>) counted.get("A30 three profiles"));
        counts("RTX-PRO-6000-96GB", 3, (Map<?, ?>) counted.get("RTX PRO 6000 three plain profiles"));
    }

    private static void counts(String model, int profiles, Map<?, ?> counted) {
        List<GpuProfile> ours = GpuModel.named(model).profiles();
        assertThat(ours).hasSize(profiles);
        List<Placement> placements = Layouts.placements(ours);
        assertThat(sets(Layouts.all(placements))).isEqualTo(counted.get("legal_placement_sets_incl_empty"));
        assertThat(sets(Layouts.maximal(placements))).isEqualTo(counted.get("maximal_placement_sets"));
    }

    private static int sets(List<List<Placement>> layouts) {
        TreeSet<String> distinct = new TreeSet<>();
        for (List<Placement> layout : layouts) {
            TreeSet<String> places = new TreeSet<>();
            layout.forEach(p -> places.add(p.profile().name() + "@" + p.start()));
            distinct.add(places.toString());
        }
        return distinct.size();
    }

    private static void agrees(GpuProfile profile, Map<?, ?> row, String model) {
        String what = model + " " + row.get("name");
        Map<?, ?> placements = (Map<?, ?>) row.get("placements");
        assertThat(profile.computeSlices()).as(what).isEqualTo(row.get("gpu_slices"));
        assertThat(profile.memorySlices()).as(what).isEqualTo(placements.get("size"));
        assertThat(profile.maxInstances()).as(what).isEqualTo(row.get("max_instances"));
        assertThat(List.<Object>copyOf(profile.starts())).as(what).isEqualTo(placements.get("starts"));
        assertThat(profile.memoryBytes() / GIB)
                .as(what)
                .isCloseTo(((Number) row.get("memory_gib")).doubleValue(), within(DRIVERS_DIFFER));
    }

    private static Map<?, ?> model(GpuModel model) {
        Map<?, ?> all = (Map<?, ?>) document.get("models");
        String theirs = NAMES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(model.name()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(model.name());
        return (Map<?, ?>) all.get(theirs);
    }

    private static List<?> list(Object value) {
        return (List<?>) value;
    }
}
