package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** An association from the requestor's side. For one thread. {@link #close} releases it, or aborts it after a failure. */
public interface Association extends AutoCloseable {
    /**
     * By the provider that is chosen.
     *
     * @throws AssociationRejected if the peer refuses
     * @throws IOException if it cannot be reached
     */
    static Association open(AssociationRequest request) throws IOException {
        return DimseProvider.chosen().open(request);
    }

    /** Whether the peer takes this SOP class in this transfer syntax. */
    boolean accepts(String sopClass, String transferSyntax);

    /** Whether the peer takes this SOP class in any transfer syntax. */
    boolean accepts(String sopClass);

    /** C-ECHO, PS3.7 section 9.1.5. */
    DimseStatus echo() throws IOException;

    /**
     * C-STORE of an encoded data set as it is.
     *
     * @throws NoPresentationContext if the peer does not take it; the association goes on
     * @throws AssociationAborted if the connection broke; the peer may or may not have the instance
     */
    default DimseStatus store(String sopClass, String sopInstance, String transferSyntax, InputStream dataset)
            throws IOException {
        return store(sopClass, sopInstance, transferSyntax, dataset, null);
    }

    /** The same. @param originator who asked for it by C-MOVE, or null */
    DimseStatus store(
            String sopClass,
            String sopInstance,
            String transferSyntax,
            InputStream dataset,
            AssociationRequest.Originator originator)
            throws IOException;

    /**
     * C-FIND, PS3.4 section C.4.1.
     *
     * @param sopClass information model, such as Study Root Query/Retrieve Information Model - FIND
     * @return the final status
     * @throws NoPresentationContext if the peer does not offer it; the association goes on
     */
    DimseStatus find(String sopClass, Dataset identifier, MatchConsumer matches) throws IOException;

    /**
     * C-MOVE, PS3.4 section C.4.2.
     *
     * @param destination AE title that the peer knows
     * @throws NoPresentationContext if the peer does not offer it; the association goes on
     */
    RetrieveResult move(String sopClass, Dataset identifier, String destination, RetrieveResult.Progress progress)
            throws IOException;

    /**
     * C-GET, PS3.4 section C.4.3, on an association that was opened by {@link AssociationRequest#retrieving}.
     *
     * @param handler takes the instances
     * @throws NoPresentationContext if the peer does not offer it; the association goes on
     */
    RetrieveResult get(String sopClass, Dataset identifier, CStoreHandler handler, RetrieveResult.Progress progress)
            throws IOException;

    /**
     * Asks the peer to commit itself to keep instances, PS3.4 section J.3.2. It reports later, here or on an association
     * of its own.
     *
     * @return Success when it takes the request
     * @throws NoPresentationContext if the peer does not offer it; the association goes on
     */
    DimseStatus requestCommitment(String transactionUid, List<SopReference> instances) throws IOException;

    /** A report that comes on this association within so long a time, answered Success. */
    Optional<CommitmentResult> awaitCommitment(Duration most) throws IOException, InterruptedException;

    /** Reports to who asked for it, PS3.4 section J.3.3, on an association of {@link AssociationRequest#reporting}. */
    DimseStatus reportCommitment(CommitmentResult result) throws IOException;

    @Override
    void close();
}
