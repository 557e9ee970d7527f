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

/** Our own server: a thread for each association, virtual where the JVM has them. */
final class BuiltInServer implements DimseServer {
    private static final Logger log = LoggerFactory.getLogger(BuiltInServer.class);
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

    private BuiltInServer(DimseServerConfig config, DimseServices services, ServerSocket listener) {
        this.config = config;
        this.services = services;
        this.listener = listener;
    }

    /** @throws IOException if the port cannot be had; names it */
    static BuiltInServer start(DimseServerConfig config, DimseServices services) throws IOException {
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
        BuiltInServer server = new BuiltInServer(config, services, listener);
        server.threads.execute(server::accept);
        return server;
    }

    @Override
    public int port() {
        return listener.getLocalPort();
    }

    @Override
    public Stats stats() {
        return new Stats(open.size(), associations.get(), stores.get(), bytes.get());
    }

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
