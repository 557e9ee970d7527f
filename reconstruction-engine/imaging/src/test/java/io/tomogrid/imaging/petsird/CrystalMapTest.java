package io.tomogrid.imaging.petsird;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.imaging.pet.PetRawException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** REC-30: detectors on rings, and those that are on none. */
class CrystalMapTest {
    private static final int MODULES = 14;
    private static final int ACROSS = 4;
    private static final int RINGS = 5;

    /** Flat modules of 4 crystals of 4 mm with a gap of one crystal beside each. @param fault what is wrong with one element */
    private static YardlRecord scanner(String fault) {
        double pitch = 2 * Math.PI / (MODULES * (ACROSS + 1));
        double radius = 4 / pitch;
        List<Object> elements = new ArrayList<>();
        for (int c = 0; c < ACROSS; c++) {
            for (int ring = 0; ring < RINGS; ring++) {
                boolean last = c == ACROSS - 1 && ring == RINGS - 1;
                double x = radius + (last && fault.equals("layer") ? 20 : 0);
                double y = (c - 1.5) * 4 + (last && fault.equals("aside") ? 1.8 : 0);
                double z = ring * 3.0 + (last && fault.equals("between") ? 1.4 : 0);
                elements.add(moved(1, 0, last && fault.equals("nan") ? Double.NaN : x, y, z));
            }
        }
        List<Object> modules = new ArrayList<>();
        for (int n = 0; n < MODULES; n++) {
            double angle = 2 * Math.PI * (n + 0.3) / MODULES;
            modules.add(moved(Math.cos(angle), Math.sin(angle), 0, 0, 100));
        }
        if (fault.equals("twice")) {
            modules.addAll(List.copyOf(modules));
        }
        YardlRecord corner = record("c", new float[3]);
        YardlRecord shape = record("corners", List.of(corner, corner));
        YardlRecord detecting =
                new YardlRecord("elements", Map.of("object", record("shape", shape), "transforms", elements));
        YardlRecord module = new YardlRecord(
                "module", Map.of("object", record("detectingElements", detecting), "transforms", modules));
        List<Object> types = fault.equals("types") ? List.of(module, module) : List.of(module);
        return record("scannerGeometry", record("replicatedModules", types));
    }

    private static YardlRecord record(String field, Object value) {
        return new YardlRecord("record", Map.of(field, value));
    }

    private static YardlRecord moved(double cosine, double sine, double x, double y, double z) {
        return record("matrix", new float[] {
            (float) cosine, (float) -sine, 0, (float) x, (float) sine, (float) cosine, 0, (float) y, 0, 0, 1, (float) z
        });
    }

    @Test
    void flat_modules_with_gaps_are_rings_with_places_left_empty() throws Exception {
        CrystalMap map = CrystalMap.of(scanner(""));
        assertThat(map.perRing()).isEqualTo(MODULES * (ACROSS + 1));
        assertThat(map.rings()).isEqualTo(RINGS);
        assertThat(map.pitchMm()).isCloseTo(3, within(1e-5));
        assertThat(map.centre().z()).isCloseTo(106, within(1e-4));
        int gaps = 0;
        for (int element : map.elements()) {
            gaps += element < 0 ? 1 : 0;
        }
        assertThat(gaps).isEqualTo(MODULES * RINGS);
        // the middle of the first module's four crystals is at its angle
        double place = (map.crystals()[RINGS] + map.crystals()[2 * RINGS]) / 2.0 + map.phase();
        assertThat(2 * Math.PI * place / map.perRing()).isCloseTo(2 * Math.PI * 0.3 / MODULES, within(1e-3));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            layer   | detecting element 19 is
            aside   | the geometry does not close
            between | is on no ring
            nan     | the place of detecting element 19
            twice   | the geometry does not close
            types   | expected 1 type of module (replicatedModules), got 2
            """)
    void what_is_on_no_ring_is_named(String fault, String reason) {
        assertThatThrownBy(() -> CrystalMap.of(scanner(fault)))
                .isInstanceOf(PetRawException.class)
                .hasMessageStartingWith("PETSIRD: ")
                .hasMessageContaining(reason);
    }
}
