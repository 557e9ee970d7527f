package io.tomogrid.sparkjob.selftest;

import io.tomogrid.cluster.contract.Findings;
import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.cluster.contract.TaskOutcome.Remedy;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.object.ResultUids;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.sparkjob.Part;
import io.tomogrid.sparkjob.PartedProtocol;
import io.tomogrid.sparkjob.Progress;
import io.tomogrid.sparkjob.petct.StagingFolder;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Holds each of its slices for as long as the rule's model says, {@code hold-2000ms}, and leaves one secondary capture of 16 by 16
 * pixels. It reads no image. With {@link OwnerNotes} it also tells who worked on which slice when.
 */
final class SelfTest implements PartedProtocol {
    static final String NAME = "selftest";

    private static final Pattern HOLD = Pattern.compile("hold-(\\d{1,7})ms");
    private static final String SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7";
    private static final int SIDE = 16;

    private final OwnerNotes notes;

    SelfTest(OwnerNotes notes) {
        this.notes = notes;
    }

    @Override
    public Part part(ReconstructionTask task, Progress progress) {
        Instant first = Instant.now();
        Matcher hold = HOLD.matcher(task.model());
        if (!hold.matches()) {
            return Part.failed(new TaskOutcome.Failed(
                    "model: expected how long to hold the slice, such as hold-2000ms, got " + task.model()
                            + "; correct the routing rule",
                    Remedy.FIX_INPUT));
        }
        try {
            notes.began(task, first);
            progress.stage("holds");
            notes.hold(task, Duration.ofMillis(Long.parseLong(hold.group(1))));
            notes.ended(task);
            return Part.done(
                    "first instruction at " + first + " on " + task.lease().key());
        } catch (IOException notWritten) {
            return Part.failed(notWritten(notWritten));
        }
    }

    @Override
    public TaskOutcome whole(ReconstructionTask task, List<String> parts, Progress progress) {
        try {
            StagingFolder folder = StagingFolder.open(task.stagingRoot());
            ResultObject object = folder.write("MIP", "selftest.dcm", image(task));
            folder.sync();
            return new TaskOutcome.Succeeded(
                    new ResultManifest(
                            task.jobId(),
                            task.study().studyUid(),
                            task.study().revision(),
                            task.lease().epoch(),
                            task.stagingRoot(),
                            List.of(object)),
                    new Findings(Double.NaN, List.of(), parts, List.of(), List.of(), "cpu"));
        } catch (IOException notWritten) {
            return notWritten(notWritten);
        }
    }

    private static TaskOutcome.Failed notWritten(IOException e) {
        return new TaskOutcome.Failed(
                "staging folder: " + e.getMessage() + "; is the file system up, and is there room?", Remedy.RETRY);
    }

    /** Secondary Capture Image IOD, PS3.3 A.8.1. Nothing is known of the patient here: type 2 attributes are empty. */
    private static Dataset image(ReconstructionTask task) {
        ResultUids uids = ResultUids.ofJob(task.jobId());
        Dataset image = new Dataset()
                .put(Tag.SOPClassUID, SECONDARY_CAPTURE)
                .put(Tag.SOPInstanceUID, uids.uid("selftest"))
                .put(Tag.Modality, "OT")
                .put(Tag.ConversionType, "WSD")
                .put(Tag.StudyInstanceUID, task.study().studyUid())
                .put(Tag.SeriesInstanceUID, uids.uid("series/selftest"))
                .put(Tag.SeriesNumber, 9099)
                .put(Tag.InstanceNumber, 1)
                .put(Tag.SeriesDescription, "Test of a slice")
                .put(Tag.SamplesPerPixel, 1)
                .put(Tag.PhotometricInterpretation, "MONOCHROME2")
                .put(Tag.Rows, SIDE)
                .put(Tag.Columns, SIDE)
                .put(Tag.BitsAllocated, 8)
                .put(Tag.BitsStored, 8)
                .put(Tag.HighBit, 7)
                .put(Tag.PixelRepresentation, 0)
                .putBytes(Tag.PixelData, VR.OB, new byte[SIDE * SIDE]);
        for (int empty : new int[] {
            Tag.PatientName,
            Tag.PatientID,
            Tag.PatientBirthDate,
            Tag.PatientSex,
            Tag.StudyDate,
            Tag.StudyTime,
            Tag.ReferringPhysicianName,
            Tag.StudyID,
            Tag.AccessionNumber,
            Tag.PatientOrientation
        }) {
            image.putEmpty(empty);
        }
        return image;
    }
}
