package io.tomogrid.dicom.net;

/**
 * What a server offers beside C-ECHO.
 *
 * @param store Storage
 * @param find Query, or null when it is not offered; so are the others
 * @param move Retrieve to a third party
 * @param get Retrieve on the same association
 * @param commitment Storage Commitment as SCP
 * @param commitmentResults Storage Commitment as SCU: reports of our own requests
 * @param steps Modality Performed Procedure Step
 */
public record DimseServices(
        CStoreHandler store,
        CFindHandler find,
        CMoveHandler move,
        CGetHandler get,
        CommitmentHandler commitment,
        CommitmentResultHandler commitmentResults,
        PerformedStepHandler steps) {

    /** Storage alone. */
    public static DimseServices storing(CStoreHandler store) {
        return new DimseServices(store, null, null, null, null, null, null);
    }

    public DimseServices finding(CFindHandler handler) {
        return new DimseServices(store, handler, move, get, commitment, commitmentResults, steps);
    }

    public DimseServices moving(CMoveHandler handler) {
        return new DimseServices(store, find, handler, get, commitment, commitmentResults, steps);
    }

    public DimseServices getting(CGetHandler handler) {
        return new DimseServices(store, find, move, handler, commitment, commitmentResults, steps);
    }

    public DimseServices committing(CommitmentHandler handler) {
        return new DimseServices(store, find, move, get, handler, commitmentResults, steps);
    }

    public DimseServices takingCommitments(CommitmentResultHandler handler) {
        return new DimseServices(store, find, move, get, commitment, handler, steps);
    }

    public DimseServices takingSteps(PerformedStepHandler handler) {
        return new DimseServices(store, find, move, get, commitment, commitmentResults, handler);
    }
}
