package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Uids;

/**
 * The series that a result goes into.
 *
 * @param description at most 64 characters of ASCII
 */
public record ResultSeries(String uid, int number, String description) {
    public ResultSeries {
        if (!Uids.valid(uid)) {
            throw new IllegalArgumentException("result series: expected a UID, got '" + uid + "'");
        }
        if (description.length() > 64) {
            throw new IllegalArgumentException("result series " + uid + ": description longer than 64 characters");
        }
    }
}
