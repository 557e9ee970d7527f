package io.tomogrid.node.send;

import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.net.NoPresentationContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

/**
 * Sends instances over several associations at once.
 *
 * @param associations at once
 */
public record StudySender(String host, int port, String callingAe, String calledAe, int associations) {

    /**
     * @param stored instances answered Success or a warning @param bytes of their data sets
     * @param refused those that were not, with the peer's answer
     */
    public record Report(int stored, long bytes, double seconds, List<Refusal> refused) {}

    public record Refusal(String sopInstanceUid, String answer) {}

    /**
     * @param syntaxes the kinds of instances that will come
     * @param progress told the number of instances answered so far
     * @throws IOException if the peer rejects the association or cannot be reached
     */
    public Report send(Iterator<Outgoing> instances, Set<AssociationRequest.Syntax> syntaxes, IntConsumer progress)
            throws IOException {
        long start = System.nanoTime();
        var stored = new AtomicInteger();
        var bytes = new AtomicLong();
        var refused = new ConcurrentLinkedQueue<Refusal>();
        Callable<Void> work = () -> {
            try (Association association = open(syntaxes)) {
                for (Outgoing next = next(instances); next != null; next = next(instances)) {
                    try (Counting data = new Counting(next.dataset().open())) {
                        DimseStatus status = association.store(
                                next.sopClassUid(), next.sopInstanceUid(), next.transferSyntax(), data);
                        if (status.isSuccess() || status.isWarning() && status.code() != 0x0111) {
                            stored.incrementAndGet();
                            bytes.addAndGet(data.count);
                        } else {
                            refused.add(new Refusal(next.sopInstanceUid(), status.toString()));
                        }
                    } catch (NoPresentationContext notTaken) {
                        refused.add(new Refusal(next.sopInstanceUid(), notTaken.getMessage()));
                    }
                    progress.accept(stored.get() + refused.size());
                }
            }
            return null;
        };
        run(work);
        return new Report(stored.get(), bytes.get(), (System.nanoTime() - start) * 1e-9, List.copyOf(refused));
    }

    /** What is to be negotiated for these instances. */
    public static Set<AssociationRequest.Syntax> syntaxes(List<Outgoing> instances) {
        Set<AssociationRequest.Syntax> syntaxes = new LinkedHashSet<>();
        instances.forEach(i -> syntaxes.add(new AssociationRequest.Syntax(i.sopClassUid(), i.transferSyntax())));
        return syntaxes;
    }

    private Association open(Set<AssociationRequest.Syntax> syntaxes) throws IOException {
        try {
            return Association.open(AssociationRequest.storing(host, port, callingAe, calledAe, syntaxes));
        } catch (ConnectException | SocketTimeoutException e) {
            throw new IOException(
                    "no DICOM peer answers at " + host + ":" + port + " (" + e.getMessage()
                            + "): is it running, and is the port right?",
                    e);
        }
    }

    private void run(Callable<Void> work) throws IOException {
        ExecutorService threads = Executors.newFixedThreadPool(associations);
        try {
            List<Future<Void>> running = new ArrayList<>();
            for (int i = 0; i < associations; i++) {
                running.add(threads.submit(work));
            }
            for (Future<Void> one : running) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while sending", e);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Outgoing next(Iterator<Outgoing> instances) {
        synchronized (instances) {
            return instances.hasNext() ? instances.next() : null;
        }
    }

    private static final class Counting extends FilterInputStream {
        private long count;

        Counting(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = in.read();
            count += b < 0 ? 0 : 1;
            return b;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int n = in.read(into, offset, length);
            count += Math.max(n, 0);
            return n;
        }
    }
}
