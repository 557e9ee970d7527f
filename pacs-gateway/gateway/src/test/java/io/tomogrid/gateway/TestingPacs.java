package io.tomogrid.gateway;

import io.tomogrid.dicom.net.CStoreRequest;
import io.tomogrid.dicom.net.DimseServer;
import io.tomogrid.dicom.net.DimseServerConfig;
import io.tomogrid.dicom.net.DimseServices;
import io.tomogrid.dicom.net.DimseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A Storage SCP that keeps what it gets and behaves towards some instances as it is told. */
final class TestingPacs implements AutoCloseable {
    final Map<String, byte[]> received = new ConcurrentHashMap<>();
    final Map<String, DimseStatus> answers = new ConcurrentHashMap<>();
    final Map<String, AtomicInteger> abortsLeft = new ConcurrentHashMap<>();
    /** Instances that are kept without an answer: the association breaks instead. */
    final Map<String, AtomicInteger> lostAnswersLeft = new ConcurrentHashMap<>();

    final Map<String, AtomicInteger> stores = new ConcurrentHashMap<>();
    private final DimseServer server;

    TestingPacs(int port) throws IOException {
        this(port, services -> services);
    }

    /** @param more what it offers beside storage */
    TestingPacs(int port, UnaryOperator<DimseServices> more) throws IOException {
        server = DimseServer.start(
                DimseServerConfig.loopback(port, "PACS", "TOMOGRID"::equals),
                more.apply(DimseServices.storing(this::store)));
    }

    int port() {
        return server.port();
    }

    private DimseStatus store(CStoreRequest request, InputStream dataset) throws IOException {
        String uid = request.sopInstanceUid();
        stores.computeIfAbsent(uid, u -> new AtomicInteger()).incrementAndGet();
        AtomicInteger aborts = abortsLeft.get(uid);
        if (aborts != null && aborts.getAndDecrement() > 0) {
            throw new StackOverflowError("this object kills the association");
        }
        DimseStatus answer = answers.getOrDefault(uid, DimseStatus.SUCCESS);
        if (answer.isSuccess()) {
            received.put(uid, dataset.readAllBytes());
        }
        AtomicInteger lost = lostAnswersLeft.get(uid);
        if (lost != null && lost.getAndDecrement() > 0) {
            throw new StackOverflowError("this object is kept and its answer lost");
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
