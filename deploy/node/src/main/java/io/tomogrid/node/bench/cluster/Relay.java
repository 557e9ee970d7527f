package io.tomogrid.node.bench.cluster;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP connection's way to a port of this machine. */
public final class Relay implements Link, AutoCloseable {
    private static final int CHUNK = 8192;

    private final int target;
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private boolean cut;

    private Relay(int target, ServerSocket server) {
        this.target = target;
        this.server = server;
    }

    /** @param target port on loopback */
    public static Relay to(int target) throws IOException {
        Relay relay = new Relay(target, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        start(relay::accept, "relay-" + target);
        return relay;
    }

    public int port() {
        return server.getLocalPort();
    }

    /** What is on its way waits. */
    @Override
    public synchronized void cut() {
        cut = true;
    }

    /** Connections of before are broken, as after a long cut. */
    @Override
    public synchronized void mend() {
        open.forEach(Relay::close);
        open.clear();
        cut = false;
        notifyAll();
    }

    @Override
    public void close() throws IOException {
        server.close();
        mend();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                open.add(near);
                start(() -> connect(near), "relay-connect");
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket near) {
        try {
            awaitPassage();
            Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
            open.add(far);
            start(() -> copy(near, far), "relay-out");
            copy(far, near);
        } catch (IOException refused) {
            close(near);
        }
    }

    private void copy(Socket from, Socket to) {
        byte[] chunk = new byte[CHUNK];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                awaitPassage();
                out.write(chunk, 0, n);
            }
        } catch (IOException broken) {
            close(to);
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private synchronized void awaitPassage() throws IOException {
        try {
            while (cut) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void close(Closeable socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // closing is all that was wanted
            Thread.yield();
        }
    }

    private static void start(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
