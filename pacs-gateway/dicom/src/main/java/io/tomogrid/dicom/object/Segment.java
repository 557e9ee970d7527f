package io.tomogrid.dicom.object;

/**
 * A lesion as SEG and SR name it.
 *
 * @param number from 1 without gaps; the value of the lesion's voxels in the label array
 * @param label for people, at most 64 characters
 * @param trackingId the same lesion in SEG and SR, at most 64 characters
 * @param trackingUid the same lesion in SEG and SR
 */
public record Segment(int number, String label, String trackingId, String trackingUid) {
    /** Lesion n, tracked within this job. */
    public static Segment lesion(int number, ResultUids uids) {
        return new Segment(number, "Lesion " + number, "Lesion " + number, uids.uid("lesion/" + number));
    }

    /** Lesion n, which an earlier study has, too, under this tracking UID. */
    public static Segment tracked(int number, String trackingUid) {
        return new Segment(number, "Lesion " + number, "Lesion " + number, trackingUid);
    }
}
