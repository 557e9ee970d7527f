package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.Tag;

/** One instance: SOP Instance Reference Macro, PS3.3 table 10-11. */
public record InstanceReference(String sopClassUid, String sopInstanceUid) {
    public static InstanceReference of(Dataset instance) {
        return new InstanceReference(required(instance, Tag.SOPClassUID), required(instance, Tag.SOPInstanceUID));
    }

    Dataset item() {
        return new Dataset()
                .put(Tag.ReferencedSOPClassUID, sopClassUid)
                .put(Tag.ReferencedSOPInstanceUID, sopInstanceUid);
    }

    static String required(Dataset dataset, int tag) {
        return dataset.string(tag)
                .orElseThrow(() -> new IllegalArgumentException(
                        Dictionary.describe(tag) + " is missing in the source: a result cannot refer to it"));
    }
}
