package io.tomogrid.gateway;

import io.tomogrid.dicom.net.CStoreRequest;
import io.tomogrid.dicom.net.DimseServer;
import io.tomogrid.dicom.net.DimseServerConfig;
import io.tomogrid.dicom.net.DimseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A Storage SCP that keeps what it gets and behaves towards some instances as it is told. */
final class TestingPacs implements AutoCloseable {
    final Map<String, byte[]> received = new ConcurrentHashMap<>();
    final Map<String, DimseStatus> answers = new ConcurrentHashMap<>();
    final Map<String, AtomicInteger> abortsLeft = new ConcurrentHashMap<>();
    private final DimseServer server;

    TestingPacs(int port) throws IOException {
        server = DimseServer.start(DimseServerConfig.loopback(port, "PACS", "TOMOGRID"::equals), this::store);
    }

    int port() {
        return server.port();
    }

    private DimseStatus store(CStoreRequest request, InputStream dataset) throws IOException {
        String uid = request.sopInstanceUid();
        AtomicInteger aborts = abortsLeft.get(uid);
        if (aborts != null && aborts.getAndDecrement() > 0) {
            throw new StackOverflowError("this object kills the association");
        }
        DimseStatus answer = answers.getOrDefault(uid, DimseStatus.SUCCESS);
        if (answer.isSuccess()) {
            received.put(uid, dataset.readAllBytes());
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
