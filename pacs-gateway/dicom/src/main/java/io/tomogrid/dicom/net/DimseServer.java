package io.tomogrid.dicom.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Verification, Storage, Query/Retrieve and Storage Commitment behind one port: a thread for each association, virtual where the JVM has them. */
public final class DimseServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DimseServer.class);
    private static final int BACKLOG = 128;
    private static final long GRACE_SECONDS = 5;

    private final DimseServerConfig config;
    private final DimseServices services;
    private final ServerSocket listener;
    private final ExecutorService threads = Threads.perTask("dimse");
    private final Set<ServerAssociation> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong associations = new AtomicLong();
    final AtomicLong stores = new AtomicLong();
    final AtomicLong bytes = new AtomicLong();

    private DimseServer(DimseServerConfig config, DimseServices services, ServerSocket listener) {
        this.config = config;
        this.services = services;
        this.listener = listener;
    }

    /** Storage alone. @throws IOException if the port cannot be had; names it */
    public static DimseServer start(DimseServerConfig config, CStoreHandler handler) throws IOException {
        return start(config, DimseServices.storing(handler));
    }

    /** @throws IOException if the port cannot be had; names it */
    public static DimseServer start(DimseServerConfig config, DimseServices services) throws IOException {
        ServerSocket listener = new ServerSocket();
        try {
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(InetAddress.getByName(config.host()), config.port()), BACKLOG);
        } catch (IOException e) {
            listener.close();
            throw new IOException(
                    "cannot listen for DICOM on " + config.host() + ":" + config.port() + "; is another program there?",
                    e);
        }
        DimseServer server = new DimseServer(config, services, listener);
        server.threads.execute(server::accept);
        return server;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** @param open associations now @param associations since the start @param stores C-STOREs answered Success */
    public record Stats(int open, long associations, long stores, long bytes) {}

    public Stats stats() {
        return new Stats(open.size(), associations.get(), stores.get(), bytes.get());
    }

    /** Takes no more associations, lets requests in progress end for a few seconds, then aborts what is left. */
    @Override
    public void close() throws IOException {
        listener.close();
        open.forEach(ServerAssociation::finish);
        threads.shutdown();
        try {
            if (!threads.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS)) {
                open.forEach(ServerAssociation::abort);
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            open.forEach(ServerAssociation::abort);
            Thread.currentThread().interrupt();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                serve(socket);
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    log.warn("a connection could not be accepted: {}", e.toString());
                }
            }
        }
    }

    private void serve(Socket socket) throws IOException {
        associations.incrementAndGet();
        ServerAssociation association = new ServerAssociation(this, config, services, new Wire(socket));
        boolean full = open.size() >= config.maxAssociations();
        open.add(association);
        threads.execute(() -> {
            try {
                association.serve(full);
            } finally {
                open.remove(association);
            }
        });
    }
}
