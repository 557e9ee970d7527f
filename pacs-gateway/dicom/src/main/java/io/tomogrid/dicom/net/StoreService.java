package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Tag;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** C-STORE as provider, PS3.7 section 9.1.1: for an acceptor, and for a requestor during its C-GET. */
final class StoreService {
    private static final Logger log = LoggerFactory.getLogger(StoreService.class);

    private final Channel channel;
    private final Peer peer;
    private final CStoreHandler handler;
    private final long mostBytes;
    private final AtomicLong stores;
    private final AtomicLong bytes;

    /** @param stores counts what was answered Success @param bytes counts what came */
    StoreService(
            Channel channel, Peer peer, CStoreHandler handler, long mostBytes, AtomicLong stores, AtomicLong bytes) {
        this.channel = channel;
        this.peer = peer;
        this.handler = handler;
        this.mostBytes = mostBytes;
        this.stores = stores;
        this.bytes = bytes;
    }

    void serve(Channel.Message message) throws IOException {
        if (!CommandSet.hasDataSet(message.command())) {
            channel.respond(message, DimseStatus.CANNOT_UNDERSTAND.because("no data set follows"));
            return;
        }
        Wire.Incoming data = channel.dataSet(message);
        CStoreRequest request = new CStoreRequest(
                peer.callingAe(),
                peer.calledAe(),
                message.command().string(Tag.AffectedSOPClassUID).orElse(""),
                message.command().string(Tag.AffectedSOPInstanceUID).orElse(""),
                message.context().transferSyntax(),
                peer.address());
        Limited limited = new Limited(data, mostBytes);
        DimseStatus status;
        try {
            status = handler.store(request, limited);
        } catch (AssociationAborted | MalformedPdu e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            if (limited.failure != null) {
                throw limited.failure;
            }
            log.error("C-STORE of {} failed", request.sopInstanceUid(), e);
            status = DimseStatus.PROCESSING_FAILURE.because("the archive failed; its log says why");
        }
        data.drain(mostBytes);
        if (status.isSuccess()) {
            stores.incrementAndGet();
        }
        bytes.addAndGet(limited.count);
        channel.respond(message, status);
    }

    /** Counts the bytes, ends beyond the limit, and remembers a broken connection whatever the handler makes of it. */
    private static final class Limited extends FilterInputStream {
        private final long most;
        private long count;
        private IOException failure;

        Limited(InputStream in, long most) {
            super(in);
            this.most = most;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int n;
            try {
                n = in.read(into, offset, length);
            } catch (AssociationAborted | MalformedPdu e) {
                failure = e;
                throw e;
            } catch (IOException e) {
                failure = new AssociationAborted("the connection broke in the middle of a data set", e);
                throw failure;
            }
            if (n > 0) {
                count += n;
                if (count > most) {
                    failure = new AssociationAborted("the data set is larger than " + most + " bytes");
                    throw failure;
                }
            }
            return n;
        }
    }
}
