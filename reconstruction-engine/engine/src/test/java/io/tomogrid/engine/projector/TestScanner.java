package io.tomogrid.engine.projector;

import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetGrid;
import java.util.Random;
import java.util.stream.IntStream;

/** A scanner small enough for a test: 48 views, 40 radial bins, 8 rings, span 3 in 5 segments. */
public final class TestScanner {
    public static final CylindricalScanner SCANNER =
            new CylindricalScanner(96, 120, 8, 5, 40, AxialSegment.michelogram(8, 3, 5));
    public static final PetGrid GRID = PetGrid.of(SCANNER, 4);

    private TestScanner() {}

    public static int[] allViews() {
        return IntStream.range(0, SCANNER.views()).toArray();
    }

    public static float[] random(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int n = 0; n < count; n++) {
            values[n] = random.nextFloat();
        }
        return values;
    }

    public static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int n = 0; n < a.length; n++) {
            sum += (double) a[n] * b[n];
        }
        return sum;
    }
}
