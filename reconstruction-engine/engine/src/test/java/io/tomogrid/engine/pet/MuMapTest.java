package io.tomogrid.engine.pet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.engine.CpuBackend;
import io.tomogrid.engine.Parallel;
import io.tomogrid.imaging.GridSize;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.VolumeGeometry;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CtAttenuation;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import org.junit.jupiter.api.Test;

/** REC-22: attenuation against the chords of a cylinder. */
class MuMapTest {
    private static final CylindricalScanner SCANNER =
            new CylindricalScanner(144, 150, 4, 8, 72, AxialSegment.michelogram(4, 3, 3));
    private static final Vec3 CENTRE = new Vec3(12, -20, 300);
    private static final double RADIUS = 80;
    private static final CpuBackend BACKEND = new CpuBackend(new Parallel(2));

    /** Water, 160 mm wide, on a grid that is none of the scanner's; air around. */
    private static Volume ct() {
        var geometry = new VolumeGeometry(
                new GridSize(190, 180, 16),
                new Vec3(-100, -110, 280),
                new Vec3(1.2, 0, 0),
                new Vec3(0, 1.2, 0),
                new Vec3(0, 0, 3),
                "2.25.1");
        float[] hu = new float[190 * 180 * 16];
        for (int k = 0, n = 0; k < 16; k++) {
            for (int j = 0; j < 180; j++) {
                for (int i = 0; i < 190; i++, n++) {
                    Vec3 p = geometry.toPatient(i, j, k).minus(CENTRE);
                    hu[n] = Math.hypot(p.x(), p.y()) < RADIUS ? 0 : -1000;
                }
            }
        }
        return new Volume(geometry, hu, "[hnsf'U]");
    }

    @Test
    void water_of_a_ct_attenuates_by_its_chords() {
        MuMap map = MuMap.ofCt(ct(), CtAttenuation.of(120), SCANNER, CENTRE, 4, BACKEND, new Parallel(2));
        check(map.factors(SCANNER, BACKEND), 0.03);
    }

    @Test
    void a_map_of_factors_has_their_integrals() {
        float[] factors = MuMap.ofCt(ct(), CtAttenuation.of(120), SCANNER, CENTRE, 4, BACKEND, new Parallel(2))
                .factors(SCANNER, BACKEND);
        MuMap map = MuMap.ofFactors(factors, SCANNER, PetGrid.of(SCANNER), BACKEND);
        int middle = (map.grid().nx() / 2 * map.grid().ny() + map.grid().ny() / 2)
                        * map.grid().nz()
                + 3;
        assertThat((double) map.perMm()[middle]).isCloseTo(0.0096, within(0.0006));
        check(map.factors(SCANNER, BACKEND), 0.05);
    }

    private static void check(float[] factors, double tolerance) {
        int checked = 0;
        for (int line = 0; line < SCANNER.lines(); line++) {
            double s = SCANNER.line(line / 72, line % 72).distance(0, 0);
            if (s < RADIUS - 6) {
                double expected = Math.exp(-0.0096 * 2 * Math.sqrt(RADIUS * RADIUS - s * s));
                assertThat((double) factors[line * SCANNER.planes() + 3])
                        .as("line %d at %.0f mm", line, s)
                        .isCloseTo(expected, within(tolerance * expected));
                checked++;
            } else if (s > RADIUS + 6) {
                assertThat((double) factors[line * SCANNER.planes() + 3]).isCloseTo(1, within(0.02));
            }
        }
        assertThat(checked).isGreaterThan(2000);
    }
}
