package io.tomogrid.dcm4che;

import io.tomogrid.dicom.net.AssociationAborted;
import java.io.IOException;
import org.dcm4che3.data.Attributes;
import org.dcm4che3.net.Association;
import org.dcm4che3.net.DimseRSPHandler;

/**
 * Hands the responses of one request from dcm4che's reading thread to the one that waits for them, in step: nothing more is
 * read from the association before a response was taken, so that neither matches pile up in memory nor sub-operations run
 * ahead of who may cancel them.
 */
final class Responses extends DimseRSPHandler {
    private Response current;
    private boolean closed;
    private IOException why;

    /** @param data null if there is none */
    record Response(Attributes command, Attributes data) {}

    Responses(int messageId) {
        super(messageId);
    }

    @Override
    public synchronized void onDimseRSP(Association association, Attributes command, Attributes data) {
        super.onDimseRSP(association, command, data);
        current = new Response(command, data);
        notifyAll();
        try {
            while (current != null && !closed) {
                wait();
            }
        } catch (InterruptedException e) {
            closed = true;
            notifyAll();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void onClose(Association association) {
        super.onClose(association);
        why = association.getException();
        abandon();
    }

    /** Nobody waits for responses any more. */
    synchronized void abandon() {
        closed = true;
        notifyAll();
    }

    /** Waits for the next response; the reading thread goes on at {@link #taken}. */
    synchronized Response next() throws IOException, InterruptedException {
        while (current == null && !closed) {
            wait();
        }
        if (current == null) {
            throw new AssociationAborted("the association ended before the response came", why);
        }
        return current;
    }

    synchronized void taken() {
        current = null;
        notifyAll();
    }
}
