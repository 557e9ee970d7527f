package io.tomogrid.sparkjob.petct;

import io.tomogrid.cluster.contract.Findings;
import io.tomogrid.cluster.contract.PriorStudy;
import io.tomogrid.cluster.contract.Quantification;
import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.dicom.object.ResultUids;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.lesion.Burden;
import io.tomogrid.engine.lesion.Delineation;
import io.tomogrid.engine.lesion.Extent;
import io.tomogrid.engine.lesion.Lesion;
import io.tomogrid.engine.lesion.LesionExtents;
import io.tomogrid.engine.lesion.LesionTracking;
import io.tomogrid.engine.lesion.LesionTracking.Place;
import io.tomogrid.engine.lesion.LesionTracking.Scene;
import io.tomogrid.engine.lesion.Lesions;
import io.tomogrid.engine.lesion.LiverReference;
import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.Volume;
import io.tomogrid.imaging.suv.SuvFactors;
import io.tomogrid.imaging.suv.SuvScale;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is measured of the lesions beside the model's mask, as the document that findings keep (QNT-04 to QNT-06). */
final class Measurements {
    private static final String NO_LIVER =
            "the model gives no output \"liver\", so PERCIST's reference is not available";
    private static final String NO_PRIOR = "no prior study with results of this protocol was named";

    private Measurements() {}

    /** @param liver the model's mask of the liver, if it gives one */
    static Quantification of(
            ReconstructionTask task,
            String petSeries,
            SuvFactors.Computed factors,
            Volume suv,
            Lesions lesions,
            Optional<byte[]> liver,
            Parallel parallel) {
        LesionExtents extents = LesionExtents.of(suv, lesions, Delineation.STANDARD, parallel);
        Quantification.Liver reference = liver(suv, lesions, liver);
        return new Quantification(
                List.of(derivation(petSeries, factors)),
                factors.others().stream().map(Measurements::scale).toList(),
                volumes(lesions, extents),
                burden(lesions, extents),
                reference,
                tracking(task, suv.geometry().frameOfReferenceUid(), lesions, reference));
    }

    static Quantification.Derivation derivation(String seriesUid, SuvFactors.Computed factors) {
        return new Quantification.Derivation(
                seriesUid,
                factors.how().path(),
                factors.how().attributes().stream()
                        .map(used -> new Quantification.Attribute(used.tag(), used.name(), used.value()))
                        .toList(),
                factors.how().steps(),
                "");
    }

    private static Quantification.Scale scale(SuvScale scale) {
        return new Quantification.Scale(
                scale.kind().label(), scale.kind().unit(), scale.perBodyWeight().orElse(Double.NaN), scale.how());
    }

    private static List<Quantification.Volume> volumes(Lesions lesions, LesionExtents extents) {
        List<Quantification.Volume> volumes = new ArrayList<>();
        for (int n = 0; n < lesions.lesions().size(); n++) {
            for (Extent extent : extents.perLesion().get(n)) {
                volumes.add(new Quantification.Volume(
                        lesions.lesions().get(n).number(),
                        extent.method().label(),
                        extent.threshold(),
                        extent.mtvMl(),
                        extent.tlg(),
                        extent.notAvailable()));
            }
        }
        return volumes;
    }

    private static List<Quantification.Burden> burden(Lesions lesions, LesionExtents extents) {
        List<Quantification.Burden> burden = new ArrayList<>();
        burden.add(new Quantification.Burden("mask", lesions.totalMtvMl(), lesions.totalTlg(), ""));
        for (Burden total : extents.total()) {
            burden.add(new Quantification.Burden(
                    total.method().label(), total.mtvMl(), total.tlg(), total.notAvailable()));
        }
        return burden;
    }

    private static Quantification.Liver liver(Volume suv, Lesions lesions, Optional<byte[]> mask) {
        if (mask.isEmpty()) {
            return Quantification.Liver.none(NO_LIVER);
        }
        LiverReference reference = LiverReference.of(suv, mask.get(), lesions);
        if (!(reference instanceof LiverReference.Measured measured)) {
            return Quantification.Liver.none(((LiverReference.NotAvailable) reference).why());
        }
        Vec3 centre = measured.centre();
        return new Quantification.Liver(
                measured.mean(),
                measured.deviation(),
                measured.threshold(),
                measured.ml(),
                List.of(centre.x(), centre.y(), centre.z()),
                lesions.lesions().stream()
                        .filter(lesion -> lesion.suvPeak() >= measured.threshold())
                        .map(Lesion::number)
                        .toList(),
                "");
    }

    private static Quantification.Tracking tracking(
            ReconstructionTask task, String frame, Lesions lesions, Quantification.Liver liver) {
        ResultUids uids = ResultUids.ofJob(task.jobId());
        if (task.priors().isEmpty()) {
            return new Quantification.Tracking(frame, "", "", fresh(lesions, uids), NO_PRIOR);
        }
        PriorStudy prior = task.priors().get(0);
        Quantification then = prior.findings().quantification();
        Scene now = new Scene(
                frame,
                place(liver.centreMm()),
                lesions.lesions().stream()
                        .map(lesion -> new Place(lesion.centroid(), lesion.mtvMl()))
                        .toList());
        Scene before = new Scene(
                then.tracking().frameOfReferenceUid(),
                place(then.liver().centreMm()),
                prior.findings().lesions().stream()
                        .map(lesion -> new Place(place(lesion.centreMm()).orElse(new Vec3(0, 0, 0)), lesion.mtvMl()))
                        .toList());
        Optional<LesionTracking.Match> match = LesionTracking.match(before, now);
        if (match.isEmpty()) {
            return new Quantification.Tracking(
                    frame,
                    prior.studyUid(),
                    "",
                    fresh(lesions, uids),
                    "the prior study is in another frame of reference, and not both have a liver to align them by");
        }
        return new Quantification.Tracking(
                frame, prior.studyUid(), match.get().by(), tracks(lesions, prior.findings(), match.get(), uids), "");
    }

    private static List<Quantification.Track> fresh(Lesions lesions, ResultUids uids) {
        return lesions.lesions().stream()
                .map(lesion -> track(lesion.number(), 0, uid(uids, lesion.number())))
                .toList();
    }

    private static List<Quantification.Track> tracks(
            Lesions lesions, Findings prior, LesionTracking.Match match, ResultUids uids) {
        List<Quantification.Track> tracks = new ArrayList<>();
        for (int n = 0; n < lesions.lesions().size(); n++) {
            Lesion lesion = lesions.lesions().get(n);
            int of = match.prior()[n];
            if (of < 0) {
                tracks.add(track(lesion.number(), 0, uid(uids, lesion.number())));
                continue;
            }
            Findings.Lesion then = prior.lesions().get(of);
            tracks.add(new Quantification.Track(
                    lesion.number(),
                    then.number(),
                    uidThen(prior, then.number()).orElse(uid(uids, lesion.number())),
                    (lesion.suvPeak() - then.suvPeak()) / then.suvPeak(),
                    (lesion.mtvMl() - then.mtvMl()) / then.mtvMl()));
        }
        for (int gone : match.gone()) {
            int number = prior.lesions().get(gone).number();
            tracks.add(track(0, number, uidThen(prior, number).orElse("")));
        }
        return tracks;
    }

    private static Quantification.Track track(int lesion, int prior, String uid) {
        return new Quantification.Track(lesion, prior, uid, Double.NaN, Double.NaN);
    }

    private static String uid(ResultUids uids, int number) {
        return uids.uid("lesion/" + number);
    }

    private static Optional<String> uidThen(Findings prior, int number) {
        return prior.quantification().tracking().tracks().stream()
                .filter(track -> track.lesion() == number)
                .map(Quantification.Track::trackingUid)
                .findFirst();
    }

    private static Optional<Vec3> place(List<Double> mm) {
        return mm.size() == 3 ? Optional.of(new Vec3(mm.get(0), mm.get(1), mm.get(2))) : Optional.empty();
    }
}
