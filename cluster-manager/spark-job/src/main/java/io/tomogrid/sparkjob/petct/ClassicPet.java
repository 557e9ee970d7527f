package io.tomogrid.sparkjob.petct;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Says in the attributes of a classic PET image (PS3.3 C.8.9) what an Enhanced PET object says in its own: units by Real World
 * Value Mapping, corrections by a flag for each, decay correction by its date and time. What is there already stays.
 */
final class ClassicPet {
    private static final Map<String, String> UNITS =
            Map.of("Bq/ml", "BQML", "g/ml{SUVbw}", "GML", "cm2/ml{SUVbsa}", "CM2ML", "{counts}/s", "CPS");

    /** Flags of the Enhanced PET Corrections Module (C.8.22.6) and the terms of Corrected Image (0028,0051). */
    private static final int[] FLAGS = {
        Tag.DecayCorrected,
        Tag.AttenuationCorrected,
        Tag.ScatterCorrected,
        Tag.DeadTimeCorrected,
        Tag.RandomsCorrected,
        Tag.DetectorNormalizationCorrection
    };

    private static final String[] TERMS = {"DECY", "ATTN", "SCAT", "DTIM", "RAN", "NORM"};
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("yyyyMMdd");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HHmmss.SSSSSS");
    private static final int DATE_LENGTH = 8;

    private ClassicPet() {}

    static void complete(Dataset frame) {
        units(frame);
        corrections(frame);
        times(frame);
    }

    private static void units(Dataset frame) {
        for (Dataset mapping : frame.items(Tag.RealWorldValueMappingSequence)) {
            String unit = mapping.item(Tag.MeasurementUnitsCodeSequence)
                    .flatMap(code -> code.string(Tag.CodeValue))
                    .orElse("");
            var slope = mapping.doubleValue(Tag.RealWorldValueSlope);
            if (UNITS.containsKey(unit) && slope.isPresent() && finite(slope.getAsDouble())) {
                double intercept =
                        mapping.doubleValue(Tag.RealWorldValueIntercept).orElse(0);
                frame.put(Tag.Units, UNITS.get(unit))
                        .put(Tag.RescaleSlope, slope.getAsDouble())
                        .put(Tag.RescaleIntercept, finite(intercept) ? intercept : 0);
                return;
            }
        }
    }

    private static boolean finite(double value) {
        return Double.isFinite(value);
    }

    private static void corrections(Dataset frame) {
        if (frame.strings(Tag.CorrectedImage).isEmpty()) {
            List<String> done = new ArrayList<>();
            for (int n = 0; n < FLAGS.length; n++) {
                if (frame.string(FLAGS[n]).orElse("").equals("YES")) {
                    done.add(TERMS[n]);
                }
            }
            if (!done.isEmpty()) {
                frame.put(Tag.CorrectedImage, done.toArray(String[]::new));
            }
        }
        if (frame.string(Tag.DecayCorrection).isEmpty()) {
            String corrected = frame.string(Tag.DecayCorrected).orElse("");
            Optional<LocalDateTime> to = at(frame, Tag.DecayCorrectionDateTime);
            if (corrected.equals("NO")) {
                frame.put(Tag.DecayCorrection, "NONE");
                if (!frame.contains(Tag.SeriesDate) || !frame.contains(Tag.SeriesTime)) {
                    // a classic series has them; without decay correction nothing refers to them
                    frame.put(Tag.SeriesDate, frame.string(Tag.StudyDate).orElse(""))
                            .put(Tag.SeriesTime, frame.string(Tag.StudyTime).orElse(""));
                }
            } else if (corrected.equals("YES") && to.isPresent()) {
                Optional<LocalDateTime> administered = frame.item(Tag.RadiopharmaceuticalInformationSequence)
                        .flatMap(agent -> at(agent, Tag.RadiopharmaceuticalStartDateTime));
                frame.put(Tag.DecayCorrection, administered.equals(to) ? "ADMIN" : "START")
                        // of a classic series this is what START refers to
                        .put(Tag.SeriesDate, DATE.format(to.get()))
                        .put(Tag.SeriesTime, TIME.format(to.get()));
            }
        }
    }

    private static void times(Dataset frame) {
        Optional<LocalDateTime> acquired = at(frame, Tag.FrameAcquisitionDateTime);
        if (acquired.isPresent()) {
            frame.put(Tag.AcquisitionDate, DATE.format(acquired.get()))
                    .put(Tag.AcquisitionTime, TIME.format(acquired.get()));
        }
        frame.doubleValue(Tag.FrameAcquisitionDuration).ifPresent(duration -> {
            if (duration >= 0 && duration < Integer.MAX_VALUE) {
                frame.put(Tag.ActualFrameDuration, (int) Math.round(duration));
            }
        });
        Optional<LocalDateTime> reference = at(frame, Tag.FrameReferenceDateTime);
        Optional<LocalDateTime> corrected = at(frame, Tag.DecayCorrectionDateTime);
        if (reference.isPresent() && corrected.isPresent()) {
            Duration since = Duration.between(corrected.get(), reference.get());
            frame.put(Tag.FrameReferenceTime, since.getSeconds() * 1000.0 + since.getNano() / 1_000_000);
        }
    }

    /** A DT value without its offset from UTC; malformed ones count as absent. */
    private static Optional<LocalDateTime> at(Dataset dataset, int tag) {
        String value =
                dataset.string(tag).orElse("").replaceFirst("[+-]\\d{4}$", "").trim();
        if (!value.matches("\\d{14}(\\.\\d{1,6})?")) {
            return Optional.empty();
        }
        try {
            String micros = (value.length() > 15 ? value.substring(15) : "") + "000000";
            return Optional.of(LocalDateTime.parse(
                    value.substring(0, DATE_LENGTH) + value.substring(DATE_LENGTH, 14) + "." + micros.substring(0, 6),
                    DateTimeFormatter.ofPattern("uuuuMMddHHmmss.SSSSSS")));
        } catch (DateTimeException outOfRange) {
            return Optional.empty();
        }
    }
}
