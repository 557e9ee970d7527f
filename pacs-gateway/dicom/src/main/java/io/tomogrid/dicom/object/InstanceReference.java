package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.Tag;

/**
 * One instance, or one frame of it: SOP Instance Reference Macro, PS3.3 table 10-11, and Image SOP Instance Reference Macro,
 * table 10-3.
 *
 * @param frame from 1; 0 for the whole instance
 */
public record InstanceReference(String sopClassUid, String sopInstanceUid, int frame) {
    public InstanceReference(String sopClassUid, String sopInstanceUid) {
        this(sopClassUid, sopInstanceUid, 0);
    }

    /** The header of a frame has its number as Referenced Frame Number (0008,1160). */
    public static InstanceReference of(Dataset instance) {
        return new InstanceReference(
                required(instance, Tag.SOPClassUID),
                required(instance, Tag.SOPInstanceUID),
                instance.intValue(Tag.ReferencedFrameNumber).orElse(0));
    }

    InstanceReference whole() {
        return new InstanceReference(sopClassUid, sopInstanceUid);
    }

    Dataset item() {
        Dataset item = new Dataset()
                .put(Tag.ReferencedSOPClassUID, sopClassUid)
                .put(Tag.ReferencedSOPInstanceUID, sopInstanceUid);
        return frame > 0 ? item.put(Tag.ReferencedFrameNumber, frame) : item;
    }

    static String required(Dataset dataset, int tag) {
        return dataset.string(tag)
                .orElseThrow(() -> new IllegalArgumentException(
                        Dictionary.describe(tag) + " is missing in the source: a result cannot refer to it"));
    }
}
