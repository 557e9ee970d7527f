package io.tomogrid.dcm4che;

import io.tomogrid.dicom.net.DimseServer;
import io.tomogrid.dicom.net.DimseServerConfig;
import io.tomogrid.dicom.net.DimseServices;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.dcm4che3.net.ApplicationEntity;
import org.dcm4che3.net.Association;
import org.dcm4che3.net.Connection;
import org.dcm4che3.net.ConnectionMonitor;
import org.dcm4che3.net.Device;

/** A device of dcm4che's that listens. */
final class Dcm4cheServer implements DimseServer {
    private static final int BACKLOG = 128;
    private static final int ARTIM_MILLIS = 10_000;
    private static final long GRACE_NANOS = 5_000_000_000L;
    private static final int MOST_TRIES = 20;

    private final Device device;
    private final Connection connection;
    private final ExecutorService threads = Threads.perTask("dcm4che");
    private final ScheduledExecutorService timer = Threads.timer("dcm4che-timer");
    private final AtomicLong associations = new AtomicLong();
    final AtomicLong stores = new AtomicLong();
    final AtomicLong bytes = new AtomicLong();

    private Dcm4cheServer(DimseServerConfig config, DimseServices services) {
        connection = new Connection();
        connection.setHostname(config.host());
        connection.setBacklog(BACKLOG);
        connection.setRequestTimeout(ARTIM_MILLIS);
        connection.setReleaseTimeout(ARTIM_MILLIS);
        connection.setIdleTimeout((int) config.idle().toMillis());
        connection.setResponseTimeout((int) config.idle().toMillis());
        connection.setReceivePDULength(Dcm4cheProvider.MAX_PDU);
        connection.setSendPDULength(Dcm4cheProvider.MAX_PDU);

        device = new Device("tomogrid");
        device.setExecutor(threads);
        device.setScheduledExecutor(timer);
        device.setLimitOpenAssociations(config.maxAssociations());
        device.setConnectionMonitor(new Counting());
        device.setAssociationHandler(new Handshake(config, services));
        device.setDimseRQHandler(new Requests(this, config, services, threads));
        device.addConnection(connection);
        ApplicationEntity entity = new ApplicationEntity(config.aeTitle());
        entity.setAssociationAcceptor(true);
        device.addApplicationEntity(entity);
        entity.addConnection(connection);
    }

    static Dcm4cheServer start(DimseServerConfig config, DimseServices services) throws IOException {
        Dcm4cheServer server = new Dcm4cheServer(config, services);
        try {
            server.bind(config);
            return server;
        } catch (IOException | GeneralSecurityException e) {
            server.stopThreads();
            throw new IOException(
                    "cannot listen for DICOM on " + config.host() + ":" + config.port() + "; is another program there?",
                    e);
        }
    }

    /** dcm4che listens on no port 0: one that is free is looked for, and another one when it was taken meanwhile. */
    private void bind(DimseServerConfig config) throws IOException, GeneralSecurityException {
        for (int tries = 1; ; tries++) {
            connection.setPort(config.port() == 0 ? freePort(config.host()) : config.port());
            try {
                connection.bind();
                return;
            } catch (IOException e) {
                if (config.port() != 0 || tries == MOST_TRIES) {
                    throw e;
                }
            }
        }
    }

    private static int freePort(String host) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.getLocalPort();
        }
    }

    @Override
    public int port() {
        return connection.getPort();
    }

    @Override
    public Stats stats() {
        return new Stats(device.getNumberOfOpenAssociations(), associations.get(), stores.get(), bytes.get());
    }

    @Override
    public void close() {
        connection.unbind();
        long end = System.nanoTime() + GRACE_NANOS;
        try {
            while (device.getNumberOfOpenAssociations() > 0 && System.nanoTime() < end) {
                for (Association association : device.listOpenAssociations()) {
                    if (association.getPerformingOperationCount() == 0) {
                        association.abort();
                    }
                }
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Association association : device.listOpenAssociations()) {
            association.abort();
        }
        stopThreads();
    }

    /** Waits for them, too: the port is free for the next one only when the thread that listened is gone. */
    private void stopThreads() {
        threads.shutdownNow();
        try {
            threads.awaitTermination(GRACE_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        timer.shutdownNow();
    }

    /** Counts connections. */
    private final class Counting implements ConnectionMonitor {
        @Override
        public void onConnectionAccepted(Connection conn, Socket socket) {
            associations.incrementAndGet();
        }

        @Override
        public void onConnectionEstablished(Connection conn, Connection remote, Socket socket) {
            // of a requestor
        }

        @Override
        public void onConnectionFailed(Connection conn, Connection remote, Socket socket, Throwable e) {
            // of a requestor
        }

        @Override
        public void onConnectionRejectedBlacklisted(Connection conn, Socket socket) {
            // there is no such list
        }

        @Override
        public void onConnectionRejected(Connection conn, Socket socket, Throwable e) {
            // dcm4che logs it
        }
    }
}
