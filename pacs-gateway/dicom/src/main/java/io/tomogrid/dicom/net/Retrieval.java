package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dictionary;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sub-operations of one retrieve, PS3.4 sections C.4.2.1 and C.4.3.1; the same whoever speaks DIMSE. */
public final class Retrieval {
    private static final Logger log = LoggerFactory.getLogger(Retrieval.class);

    private Retrieval() {}

    /** Sends a response of the retrieve. */
    @FunctionalInterface
    public interface Responses {
        /** @param status Pending after each sub-operation, another one at the end */
        void send(SubOperations counts, DimseStatus status) throws IOException;
    }

    /** One instance after the other until all were tried or the requestor takes its request back. */
    public static void run(List<Retrievable> instances, SubOperationSender sender, Responses responses)
            throws IOException {
        SubOperations counts = new SubOperations(instances.size());
        for (Retrievable instance : instances) {
            if (sender.cancelled()) {
                responses.send(counts, DimseStatus.CANCEL);
                return;
            }
            counts.ended(instance.sopInstanceUid(), send(instance, sender));
            responses.send(counts, DimseStatus.PENDING);
        }
        responses.send(counts, counts.outcome());
    }

    private static DimseStatus send(Retrievable instance, SubOperationSender sender) throws IOException {
        if (!sender.isOpen()) {
            return DimseStatus.PROCESSING_FAILURE.because("the destination cannot be reached");
        }
        Optional<String> syntax = sender.syntaxFor(instance);
        if (syntax.isEmpty()) {
            return notTaken(instance);
        }
        InputStream data;
        try {
            data = instance.open(syntax.get());
        } catch (RequestRefused notInThisSyntax) {
            return notInThisSyntax.status();
        } catch (IOException | RuntimeException e) {
            log.error("{} cannot be read for a retrieve", instance.sopInstanceUid(), e);
            return DimseStatus.PROCESSING_FAILURE.because("an instance cannot be read; the log of the SCP says why");
        }
        try (data) {
            return sender.send(instance, syntax.get(), data);
        }
    }

    /** Pixels that cannot be decoded go only as they are stored; all others go in any syntax of which the class is taken. */
    private static DimseStatus notTaken(Retrievable instance) {
        log.warn(
                "{} is not sent: the peer takes no {} in {}",
                instance.sopInstanceUid(),
                Dictionary.uidName(instance.sopClassUid()),
                Dictionary.uidName(instance.transferSyntax()));
        String what = instance.alternatives().isEmpty() ? instance.transferSyntax() : instance.sopClassUid();
        return DimseStatus.SOP_CLASS_NOT_SUPPORTED.because("peer takes no " + Dictionary.uidName(what));
    }
}
