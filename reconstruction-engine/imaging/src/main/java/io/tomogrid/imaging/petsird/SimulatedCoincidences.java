package io.tomogrid.imaging.petsird;

import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.ImageQualityPhantom;
import io.tomogrid.imaging.pet.SimulatedScan;
import io.tomogrid.imaging.pet.TofBins;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Measures a phantom coincidence by coincidence: a Poisson number on each pair of crystals, by the line integral and the attenuation
 * of the phantom's formulas; where on the line, by its activity there; time of flight with a normal error. Randoms, alike in time,
 * are among the prompts and, drawn again, among the delayed. Crystals are of unequal efficiency. Scatter, if it
 * is given, is measured where activity is, seen along the line. Not modelled: dead time.
 *
 * @param centre of the scanner in the patient, LPS, mm
 * @param sensitivity counts on a line of efficiency 1, for 1 positron/(s·ml) on each mm of it, per second
 * @param halfLifeS of the nuclide; the phantom's activity is that at the start @param positronFraction positrons per decay
 * @param randoms over trues
 */
public record SimulatedCoincidences(
        ModularScanner scanner,
        Vec3 centre,
        double durationS,
        double sensitivity,
        double halfLifeS,
        double positronFraction,
        double randoms) {
    private static final double SPREAD = 0.1;
    private static final double HOTTEST = 1.0001;
    private static final double MS = 1000;

    /** Scattered coincidences of a pair of crystals and their rings, in units of the line integral, Bq/ml · mm. */
    @FunctionalInterface
    public interface Scatter {
        double integral(int first, int firstRing, int second, int secondRing);
    }

    /** Without scatter. */
    public byte[] petsird(ImageQualityPhantom phantom, long seed) {
        return petsird(phantom, (a, aRing, b, bRing) -> 0, seed);
    }

    /** The same seed gives the same bytes. */
    public byte[] petsird(ImageQualityPhantom phantom, Scatter scatter, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] efficiencies = new float[scanner.elements()];
        for (int n = 0; n < efficiencies.length; n++) {
            efficiencies[n] = (float) (1 + SPREAD * (2 * random.nextDouble() - 1));
        }
        Draw draw = new Draw(this, phantom, scatter, efficiencies, random);
        int[] prompts = draw.trues();
        int trues = prompts.length / 3;
        int[] among = draw.randoms((int) Math.round(randoms * trues));
        int[] delayed = draw.randoms(among.length / 3);
        int[] all = Arrays.copyOf(prompts, prompts.length + among.length);
        System.arraycopy(among, 0, all, prompts.length, among.length);
        shuffle(all, random);
        return PetsirdWriter.write(
                scanner, centre, efficiencies, sensitivity, Math.round(durationS * MS), all, delayed);
    }

    private static void shuffle(int[] events, SplittableRandom random) {
        for (int n = events.length / 3 - 1; n > 0; n--) {
            int other = random.nextInt(n + 1);
            for (int part = 0; part < 3; part++) {
                int swap = events[3 * n + part];
                events[3 * n + part] = events[3 * other + part];
                events[3 * other + part] = swap;
            }
        }
    }

    /** One measurement in the making. */
    private static final class Draw {
        private final SimulatedCoincidences how;
        private final ModularScanner scanner;
        private final ImageQualityPhantom phantom;
        private final Scatter scatter;
        private final float[] efficiencies;
        private final SplittableRandom random;
        private final double hottest;
        private int[] events = new int[3 << 12];
        private int used;

        Draw(
                SimulatedCoincidences how,
                ImageQualityPhantom phantom,
                Scatter scatter,
                float[] efficiencies,
                SplittableRandom random) {
            this.how = how;
            this.scanner = how.scanner;
            this.phantom = phantom;
            this.scatter = scatter;
            this.efficiencies = efficiencies;
            this.random = random;
            this.hottest = HOTTEST
                    * phantom.backgroundBqMl()
                    * phantom.spheres().stream()
                            .mapToDouble(ImageQualityPhantom.Sphere::ratio)
                            .reduce(1, Math::max);
        }

        private Vec3 place(int crystal, int ring) {
            double angle = 2 * Math.PI * (crystal + 0.5) / scanner.perRing();
            return new Vec3(
                    scanner.radiusMm() * Math.cos(angle),
                    scanner.radiusMm() * Math.sin(angle),
                    (ring - (scanner.rings() - 1) / 2.0) * scanner.pitchMm());
        }

        int[] trues() {
            double decay = Math.log(2) / how.halfLifeS * how.durationS;
            double perIntegral = how.sensitivity * how.durationS * how.positronFraction * (-Math.expm1(-decay) / decay);
            for (int a = 0; a < scanner.perRing(); a++) {
                for (int b = 0; b < a; b++) {
                    if (scanner.coincident(a / scanner.crystals(), b / scanner.crystals())) {
                        for (int pair = 0; pair < scanner.rings() * scanner.rings(); pair++) {
                            line(a, pair / scanner.rings(), b, pair % scanner.rings(), perIntegral);
                        }
                    }
                }
            }
            return taken();
        }

        private void line(int a, int aRing, int b, int bRing, double perIntegral) {
            Vec3 from = place(a, aRing);
            Vec3 to = place(b, bRing);
            int first = scanner.element(a, aRing);
            int second = scanner.element(b, bRing);
            double perUnit = perIntegral * efficiencies[first] * efficiencies[second];
            double mean = perUnit * phantom.lineIntegral(from, to) * phantom.transmission(from, to);
            double length = to.minus(from).length();
            Vec3 along = to.minus(from).times(1 / length);
            double scattered = perUnit * scatter.integral(a, aRing, b, bRing);
            for (int count = SimulatedScan.poisson(scattered, random); count > 0; count--) {
                double mm = somewhere().minus(from).dot(along) - length / 2;
                add(first, second, bin(mm + scanner.tof().sigmaMm() * random.nextGaussian()));
            }
            for (int count = SimulatedScan.poisson(mean, random); count > 0; count--) {
                double part = random.nextDouble();
                while (random.nextDouble() * hottest
                        > phantom.activity(from.plus(to.minus(from).times(part)))) {
                    part = random.nextDouble();
                }
                double mm = (part - 0.5) * length + scanner.tof().sigmaMm() * random.nextGaussian();
                add(first, second, bin(mm));
            }
        }

        /** A place of the activity, within the rings. */
        private Vec3 somewhere() {
            double half = scanner.rings() * scanner.pitchMm() / 2;
            Vec3 at = null;
            while (at == null || random.nextDouble() * hottest > phantom.activity(at)) {
                at = new Vec3(
                        phantom.body().semiX() * (2 * random.nextDouble() - 1),
                        phantom.body().semiY() * (2 * random.nextDouble() - 1),
                        half * (2 * random.nextDouble() - 1));
            }
            return at;
        }

        private int bin(double mm) {
            TofBins tof = scanner.tof();
            int bin = (int) Math.floor(mm / tof.widthMm() + tof.count() / 2.0);
            return Math.max(0, Math.min(tof.count() - 1, bin));
        }

        int[] randoms(int count) {
            for (int n = 0; n < count; ) {
                int a = random.nextInt(scanner.elements());
                int b = random.nextInt(scanner.elements());
                int perModule = scanner.crystals() * scanner.rings();
                if (scanner.coincident(a / perModule, b / perModule)
                        && random.nextDouble() * (1 + SPREAD) * (1 + SPREAD) < efficiencies[a] * efficiencies[b]) {
                    add(
                            Math.max(a, b),
                            Math.min(a, b),
                            random.nextInt(scanner.tof().count()));
                    n++;
                }
            }
            return taken();
        }

        private void add(int first, int second, int bin) {
            if (used == events.length) {
                events = Arrays.copyOf(events, 2 * used);
            }
            events[used++] = first;
            events[used++] = second;
            events[used++] = bin;
        }

        private int[] taken() {
            int[] taken = Arrays.copyOf(events, used);
            used = 0;
            return taken;
        }
    }
}
