package io.tomogrid.manager.batch;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A Unified Procedure Step that somebody creates, PS3.4 table CC.2.5-3: the code says which protocol, the input which
 * studies, each as a whole. What it says of a patient is not kept.
 *
 * @param uid its SOP Instance UID
 * @param protocol the code value
 * @param studies Study Instance UIDs
 */
record Workitem(String uid, String protocol, Set<String> studies) {
    static final String CODING_SCHEME = "99TOMOGRID";
    static final String SOP_INSTANCE_UID = "00080018";
    static final String STUDY_INSTANCE_UID = "0020000D";
    static final String STATE = "00741000";
    static final String WORKITEM_CODE = "00404018";
    static final String CODE_VALUE = "00080100";
    static final String CODE_SCHEME = "00080102";
    static final String INPUT = "00404021";
    static final String SCHEDULED = "SCHEDULED";

    private static final String TRANSACTION_UID = "00081195";
    private static final int MOST_AT_ONCE = 4;

    /** @throws IllegalArgumentException naming the attribute that is missing or wrong */
    static Workitem parse(String uid, Map<String, Object> dataset) {
        String own = DicomJson.text(dataset, SOP_INSTANCE_UID);
        if (!own.isEmpty() && !own.equals(uid)) {
            throw new IllegalArgumentException("SOP Instance UID: expected that of the request, or none");
        }
        requireUid("the work item's UID", uid);
        if (!DicomJson.text(dataset, STATE).equals(SCHEDULED)) {
            throw new IllegalArgumentException("Procedure Step State (0074,1000): expected SCHEDULED");
        }
        if (!DicomJson.text(dataset, TRANSACTION_UID).isEmpty()) {
            throw new IllegalArgumentException("Transaction UID (0008,1195): expected no value");
        }
        List<Map<String, Object>> codes = DicomJson.items(dataset, WORKITEM_CODE);
        if (codes.size() != 1 || !DicomJson.text(codes.get(0), CODE_SCHEME).equals(CODING_SCHEME)) {
            throw new IllegalArgumentException("Scheduled Workitem Code Sequence (0040,4018): expected one item, with a"
                    + " protocol as Code Value and the Coding Scheme Designator " + CODING_SCHEME);
        }
        Set<String> studies = new LinkedHashSet<>();
        for (Map<String, Object> input : DicomJson.items(dataset, INPUT)) {
            String study = DicomJson.text(input, STUDY_INSTANCE_UID);
            requireUid("Study Instance UID in Input Information Sequence (0040,4021)", study);
            studies.add(study);
        }
        if (studies.isEmpty()) {
            throw new IllegalArgumentException("Input Information Sequence (0040,4021): expected at least one study");
        }
        return new Workitem(uid, DicomJson.text(codes.get(0), CODE_VALUE), studies);
    }

    BatchRequest request() {
        return new BatchRequest(
                BatchQuery.parse("StudyInstanceUID=" + String.join(",", studies)),
                protocol,
                MOST_AT_ONCE,
                Integer.MAX_VALUE,
                false);
    }

    private static void requireUid(String what, String uid) {
        if (!uid.matches("[0-9.]{1,64}")) {
            throw new IllegalArgumentException(what + ": expected a UID");
        }
    }
}
