package io.tomogrid.gateway.index;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The index row that each record of the archive carries, so that the index can be rebuilt without opening data sets. */
public final class RecordMeta {
    static final String SOP_CLASS = "sop-class-uid";
    static final String SOP_INSTANCE = "sop-instance-uid";
    static final String TRANSFER_SYNTAX = "transfer-syntax-uid";
    static final String STUDY = "study-uid";
    static final String SERIES = "series-uid";
    static final String MODALITY = "modality";
    static final String PATIENT_ID = "patient-id";
    static final String ISSUER = "issuer";
    static final String RECEIVED = "received";
    static final String CALLING_AE = "calling-ae";
    static final String REASON = "reason";
    static final String RESULT_OF = "result-of";
    static final String FILE_SHA256 = "file-sha256";
    static final String DECISION = "decision";
    static final String STUDY_COMPLETE = "study-complete";
    static final String RESULT_MANIFEST = "result-manifest";
    static final String RESULTS_SETTLED = "results-settled";
    static final String VERDICT = "verdict";
    static final String JOB = "job-id";

    /** That the attributes of {@link IndexedAttribute} were read, whether there are any or not. */
    static final String DESCRIBED = "described";

    private RecordMeta() {}

    /** An instance that came in from outside. */
    public static Map<String, String> source(
            InstanceHeader header, String transferSyntax, String callingAe, Instant received) {
        var meta = row(header, transferSyntax, received);
        meta.put(CALLING_AE, callingAe);
        return meta;
    }

    /** One of our own results. @param fileSha256 SHA-256 of the staged file that it was taken from */
    public static Map<String, String> result(
            InstanceHeader header, String transferSyntax, String jobId, String fileSha256, Instant received) {
        var meta = row(header, transferSyntax, received);
        meta.put(RESULT_OF, jobId);
        meta.put(FILE_SHA256, fileSha256);
        return meta;
    }

    /** What a reader made of a job's results: like them it belongs to no revision. */
    public static Map<String, String> review(
            InstanceHeader header, String transferSyntax, String callingAe, String jobId, Instant received) {
        var meta = source(header, transferSyntax, callingAe, received);
        meta.put(RESULT_OF, jobId);
        return meta;
    }

    /** Bytes that are kept aside for an operator. @param sopInstanceUid as the sender announced it */
    public static Map<String, String> aside(
            String sopInstanceUid, String transferSyntax, String callingAe, Instant received, String reason) {
        var meta = new LinkedHashMap<String, String>();
        meta.put(SOP_INSTANCE, sopInstanceUid);
        meta.put(TRANSFER_SYNTAX, transferSyntax);
        meta.put(CALLING_AE, callingAe);
        meta.put(RECEIVED, received.toString());
        meta.put(REASON, reason);
        return meta;
    }

    /** A study came to rest; the record's payload is its {@code StudyComplete}. */
    public static Map<String, String> studyComplete(String studyUid) {
        return Map.of(DECISION, STUDY_COMPLETE, STUDY, studyUid);
    }

    /** A job's manifest was committed; the record's payload is the {@code ResultManifest}. */
    public static Map<String, String> resultManifest(String jobId) {
        return Map.of(DECISION, RESULT_MANIFEST, JOB, jobId);
    }

    /** Every delivery of a job's results has ended; the record's payload says how. */
    public static Map<String, String> resultsSettled(String jobId) {
        return Map.of(DECISION, RESULTS_SETTLED, JOB, jobId);
    }

    /** A verdict on a job's results; the record's payload is its document. */
    public static Map<String, String> verdict(String jobId) {
        return Map.of(DECISION, VERDICT, JOB, jobId);
    }

    private static Map<String, String> row(InstanceHeader header, String transferSyntax, Instant received) {
        var meta = new LinkedHashMap<String, String>();
        meta.put(SOP_CLASS, header.sopClassUid());
        meta.put(SOP_INSTANCE, header.sopInstanceUid());
        meta.put(TRANSFER_SYNTAX, transferSyntax);
        meta.put(STUDY, header.studyUid());
        meta.put(SERIES, header.seriesUid());
        meta.put(MODALITY, header.modality());
        meta.put(PATIENT_ID, header.patientId());
        meta.put(ISSUER, header.issuer());
        meta.put(RECEIVED, received.toString());
        header.attributes().forEach((attribute, value) -> meta.put(attribute.metaKey(), value));
        meta.put(DESCRIBED, "true");
        return meta;
    }
}
