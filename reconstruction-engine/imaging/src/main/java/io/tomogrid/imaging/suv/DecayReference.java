package io.tomogrid.imaging.suv;

import static io.tomogrid.imaging.suv.SuvBodyWeight.number;
import static io.tomogrid.imaging.suv.SuvBodyWeight.require;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Seconds from the administration to the time that the values are decay-corrected to. For START that time is, in this
 * order: Decay Correction DateTime, which multi-frame objects have; the GE scan time (0009,100D); Series Time, unless it is later than the first acquisition (then the series was
 * processed afterwards); what Frame Reference Time and Actual Frame Duration give, if all slices agree; the first
 * Acquisition Time, where it is the time of the whole series (Philips, or all slices have the same).
 */
final class DecayReference {
    private static final double AGREE_SECONDS = 5;
    private static final double MOST_HALF_LIVES = 10;

    private final PetQuantity pet;
    private final Decay decay;
    private final Deriving derivation;

    DecayReference(PetQuantity pet, Decay decay, Deriving derivation) {
        this.pet = pet;
        this.decay = decay;
        this.derivation = derivation;
    }

    /** From administration to the reference time of Decay Correction START, s. */
    double elapsed() throws NotQuantifiable {
        Optional<LocalDateTime> stated = Clock.dateTime(pet.decayCorrectionDateTime());
        if (stated.isPresent()) {
            derivation.way("reference: Decay Correction DateTime");
            derivation.used(
                    "(0018,9701)", "Decay Correction DateTime", stated.get().toLocalTime());
            derivation.step("reference time: Decay Correction DateTime (0018,9701)");
            return sinceAdministration(stated.get());
        }
        Optional<LocalDateTime> ge = Clock.dateTime(pet.vendor().geScanDateTime());
        if (ge.isPresent()) {
            derivation.way("reference: GE scan time");
            derivation.used("(0009,100D)", "GE scan date and time", ge.get().toLocalTime());
            derivation.step("reference time: GE scan date and time (0009,100D)");
            return sinceAdministration(ge.get());
        }
        Optional<LocalDateTime> series = Clock.at(pet.seriesDate(), pet.seriesTime());
        LocalDateTime firstAcquired = firstAcquisition();
        derivation.used("(0008,0032)", "Acquisition Time of the first slice", firstAcquired.toLocalTime());
        series.ifPresent(time -> derivation.used("(0008,0031)", "Series Time", time.toLocalTime()));
        if (series.isPresent() && !series.get().isAfter(firstAcquired)) {
            derivation.way("reference: Series Time");
            derivation.step("reference time: Series Time (0008,0031), not later than the first Acquisition Time");
            return sinceAdministration(series.get());
        }
        String why = series.isPresent()
                ? "Series Time (0008,0031) is later than the first Acquisition Time"
                : "Series Time (0008,0031) is missing";
        Optional<LocalDateTime> computed = fromFrames();
        if (computed.isPresent()) {
            derivation.way("reference: back-computed from Frame Reference Time");
            derivation.used(
                    "(0054,1300)",
                    "Frame Reference Time",
                    number(pet.frames().get(0).referenceTime()) + " ms");
            derivation.used(
                    "(0018,1242)",
                    "Actual Frame Duration",
                    number(pet.frames().get(0).duration()) + " ms");
            derivation.step(why + "; reference time: Acquisition Time + time of mean activity − Frame Reference Time"
                    + " (0054,1300)");
            return sinceAdministration(computed.get());
        }
        boolean philips = pet.manufacturer().toLowerCase(Locale.ROOT).contains("philips");
        require(
                philips || acquisitions().stream().distinct().count() == 1,
                why + ", and Frame Reference Time (0054,1300) with Actual Frame Duration (0018,1242) gives no common"
                        + " reference time: send the series as it was reconstructed");
        derivation.way("reference: first Acquisition Time");
        derivation.step(why + "; reference time: first Acquisition Time (0008,0032)");
        return sinceAdministration(firstAcquired);
    }

    /** From administration to the beginning of a slice's acquisition, s. */
    double elapsedAtAcquisition(int slice) throws NotQuantifiable {
        return sinceAdministration(acquisition(slice));
    }

    /** The reference time that the frames imply, if all of them imply the same. */
    private Optional<LocalDateTime> fromFrames() throws NotQuantifiable {
        List<LocalDateTime> times = new ArrayList<>();
        for (int k = 0; k < pet.frames().size(); k++) {
            PetQuantity.Frame frame = pet.frames().get(k);
            if (!(frame.referenceTime() >= 0) || !(frame.duration() > 0)) {
                return Optional.empty();
            }
            double back = decay.meanTime(frame.duration() / 1000) - frame.referenceTime() / 1000;
            times.add(acquisition(k).plusNanos(Math.round(back * 1e9)));
        }
        LocalDateTime earliest = Collections.min(times);
        boolean agree = seconds(earliest, Collections.max(times)) <= AGREE_SECONDS;
        return agree ? Optional.of(earliest) : Optional.empty();
    }

    private LocalDateTime firstAcquisition() throws NotQuantifiable {
        return Collections.min(acquisitions());
    }

    private List<LocalDateTime> acquisitions() throws NotQuantifiable {
        List<LocalDateTime> all = new ArrayList<>();
        for (int k = 0; k < pet.frames().size(); k++) {
            all.add(acquisition(k));
        }
        return all;
    }

    private LocalDateTime acquisition(int slice) throws NotQuantifiable {
        PetQuantity.Frame frame = pet.frames().get(slice);
        String date = frame.acquisitionDate().isEmpty() ? pet.seriesDate() : frame.acquisitionDate();
        return Clock.at(date, frame.acquisitionTime())
                .orElseThrow(() -> new NotQuantifiable(
                        "Acquisition Date (0008,0022) or Acquisition Time (0008,0032) is missing or malformed"));
    }

    private double sinceAdministration(LocalDateTime time) throws NotQuantifiable {
        Optional<LocalDateTime> administered = Clock.dateTime(pet.agent().startDateTime());
        if (administered.isPresent()) {
            derivation.used(
                    "(0018,1078)",
                    "Radiopharmaceutical Start DateTime",
                    administered.get().toLocalTime());
            double elapsed = seconds(administered.get(), time);
            require(
                    elapsed >= 0,
                    "Radiopharmaceutical Start DateTime (0018,1078) is " + number(-elapsed) + " s after the scan");
            return plausible(elapsed, "Start DateTime (0018,1078)");
        }
        LocalDateTime sameDay = Clock.time(pet.agent().startTime())
                .map(t -> time.toLocalDate().atTime(t))
                .orElseThrow(() -> new NotQuantifiable("Radiopharmaceutical Start DateTime (0018,1078) and Start Time"
                        + " (0018,1072) are missing or malformed"));
        derivation.used("(0018,1072)", "Radiopharmaceutical Start Time", sameDay.toLocalTime());
        if (sameDay.isAfter(time)) {
            derivation.step(
                    "administration by Radiopharmaceutical Start Time (0018,1072), which is later than the scan's time of"
                            + " day: on the day before");
            return plausible(seconds(sameDay.minusDays(1), time), "Start Time (0018,1072)");
        }
        derivation.step("administration by Radiopharmaceutical Start Time (0018,1072), on the day of the scan");
        return plausible(seconds(sameDay, time), "Start Time (0018,1072)");
    }

    private double plausible(double elapsed, String attribute) throws NotQuantifiable {
        require(
                elapsed <= MOST_HALF_LIVES * decay.halfLife(),
                "the scan is " + number(elapsed) + " s after Radiopharmaceutical " + attribute + ", more than "
                        + number(MOST_HALF_LIVES) + " half-lives");
        return elapsed;
    }

    private static double seconds(LocalDateTime from, LocalDateTime to) {
        Duration between = Duration.between(from, to);
        return between.getSeconds() + between.getNano() / 1e9;
    }
}
