package io.tomogrid.imaging.suv;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The baseline of the manual's digital reference objects, and its variations: 70 kg, 1.75 m, sex O, 368.08 MBq of F-18 at
 * 10:00, scanned at 11:00 for 300 s, 20 slices, BQML, decay-corrected to the start.
 */
final class TestPet {
    static final int SLICES = 20;
    static final double WEIGHT = 70;
    static final double DOSE = 368.08e6;
    static final double F18 = 6586.2;

    String manufacturer = "Synthetic";
    String units = "BQML";
    String suvType = "";
    String decayCorrection = "START";
    List<String> correctedImage = List.of("NORM", "DTIM", "ATTN", "SCAT", "DECY", "RAN");
    String seriesDate = "20250101";
    String seriesTime = "110000.000000";
    double doseCalibration = Double.NaN;
    String decayCorrectionDateTime = "";
    double weight = WEIGHT;
    double size = 1.75;
    String sex = "O";
    double dose = DOSE;
    double halfLife = F18;
    String startTime = "100000.000000";
    String startDateTime = "20250101100000.000000";
    String nuclide = "C-111A1";
    PetQuantity.Vendor vendor = PetQuantity.Vendor.NONE;
    List<PetQuantity.Frame> frames = frames(k -> frame("20250101", "110000.000000", 150_000, 300_000));

    static PetQuantity.Frame frame(String date, String time, double referenceMs, double durationMs) {
        return new PetQuantity.Frame(date, time, referenceMs, durationMs, 0);
    }

    static List<PetQuantity.Frame> frames(java.util.function.IntFunction<PetQuantity.Frame> ofSlice) {
        return IntStream.range(0, SLICES).mapToObj(ofSlice).toList();
    }

    /** Half of the slices are of a second bed position. */
    static boolean secondBed(int slice) {
        return slice >= SLICES / 2;
    }

    TestPet with(java.util.function.Consumer<TestPet> change) {
        change.accept(this);
        return this;
    }

    PetQuantity build() {
        return new PetQuantity(
                manufacturer,
                units,
                suvType,
                decayCorrection,
                correctedImage,
                seriesDate,
                seriesTime,
                doseCalibration,
                decayCorrectionDateTime,
                new PetQuantity.Patient(weight, size, sex),
                new PetQuantity.Agent(dose, halfLife, startTime, startDateTime, nuclide),
                vendor,
                frames);
    }
}
