package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.Tag;
import java.util.ArrayList;
import java.util.List;

/** The data sets of Storage Commitment, PS3.4 tables J.3-1 and J.3-2. */
public final class CommitmentDatasets {
    /** The well-known instance of the push model, PS3.4 section J.3.5. */
    public static final String WELL_KNOWN_INSTANCE = "1.2.840.10008.1.20.1.1";

    public static final int REQUEST_COMMITMENT = 1;
    public static final int ALL_COMMITTED = 1;
    public static final int SOME_FAILED = 2;

    private CommitmentDatasets() {}

    public static Dataset request(String transactionUid, List<SopReference> instances) {
        return new Dataset()
                .put(Tag.TransactionUID, transactionUid)
                .putItems(
                        Tag.ReferencedSOPSequence,
                        instances.stream().map(CommitmentDatasets::item).toList());
    }

    public static Dataset result(CommitmentResult result) {
        Dataset dataset = new Dataset().put(Tag.TransactionUID, result.transactionUid());
        if (!result.committed().isEmpty()) {
            dataset.putItems(
                    Tag.ReferencedSOPSequence,
                    result.committed().stream().map(CommitmentDatasets::item).toList());
        }
        if (!result.failed().isEmpty()) {
            dataset.putItems(
                    Tag.FailedSOPSequence,
                    result.failed().stream()
                            .map(f -> item(f.instance()).put(Tag.FailureReason, f.reason()))
                            .toList());
        }
        return dataset;
    }

    /** @throws DicomFormatException naming what is missing or no UID */
    public static CommitmentRequest readRequest(String callingAe, Dataset dataset) throws DicomFormatException {
        List<SopReference> instances = references(dataset, Tag.ReferencedSOPSequence);
        if (instances.isEmpty()) {
            throw missing(Tag.ReferencedSOPSequence);
        }
        return new CommitmentRequest(callingAe, uid(dataset, Tag.TransactionUID), instances);
    }

    /** @throws DicomFormatException naming what is missing or no UID */
    public static CommitmentResult readResult(Dataset dataset) throws DicomFormatException {
        List<CommitmentResult.Failure> failed = new ArrayList<>();
        for (Dataset item : dataset.items(Tag.FailedSOPSequence)) {
            failed.add(new CommitmentResult.Failure(
                    reference(item), item.intValue(Tag.FailureReason).orElse(CommitmentResult.PROCESSING_FAILURE)));
        }
        return new CommitmentResult(
                uid(dataset, Tag.TransactionUID), references(dataset, Tag.ReferencedSOPSequence), failed);
    }

    private static List<SopReference> references(Dataset dataset, int tag) throws DicomFormatException {
        List<SopReference> references = new ArrayList<>();
        for (Dataset item : dataset.items(tag)) {
            references.add(reference(item));
        }
        return references;
    }

    private static SopReference reference(Dataset item) throws DicomFormatException {
        return new SopReference(uid(item, Tag.ReferencedSOPClassUID), uid(item, Tag.ReferencedSOPInstanceUID));
    }

    private static Dataset item(SopReference reference) {
        return new Dataset()
                .put(Tag.ReferencedSOPClassUID, reference.sopClassUid())
                .put(Tag.ReferencedSOPInstanceUID, reference.sopInstanceUid());
    }

    private static String uid(Dataset dataset, int tag) throws DicomFormatException {
        String uid = dataset.string(tag).orElseThrow(() -> missing(tag));
        if (uid.length() > 64 || !uid.matches("[0-9]+(\\.[0-9]+)*")) {
            throw new DicomFormatException(Dictionary.describe(tag) + " is no UID");
        }
        return uid;
    }

    private static DicomFormatException missing(int tag) {
        return new DicomFormatException(Dictionary.describe(tag) + " is missing");
    }
}
