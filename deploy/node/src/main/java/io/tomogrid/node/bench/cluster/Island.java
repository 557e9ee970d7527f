package io.tomogrid.node.bench.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace of Linux with one wire to the rest of the machine: what runs in it has an address of its own, as another
 * host has. Needs root and the programs {@code ip} and {@code iptables}.
 */
public final class Island implements Link, AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;
    private static final int SUBNETS = 64;

    private final String name;
    private final String near;
    private final String far;

    private Island(String name, String near, String far) {
        this.name = name;
        this.near = near;
        this.far = far;
    }

    /** @throws IOException if this machine does not permit it; says what failed */
    public static Island rise() throws IOException {
        long pid = ProcessHandle.current().pid();
        String name = "tomogrid" + pid;
        String wire = "tg" + pid;
        // link-local addresses, which no route of the machine leads to (RFC 3927); the process's id spreads them
        String subnet = "169.254." + (64 + pid % SUBNETS) + ".";
        Island island = new Island(name, subnet + "1", subnet + "2");
        try {
            call("ip", "netns", "add", name);
            call("ip", "link", "add", wire + "a", "type", "veth", "peer", "name", wire + "b", "netns", name);
            call("ip", "addr", "add", island.near + "/24", "dev", wire + "a");
            call("ip", "link", "set", wire + "a", "up");
            island.callThere("ip", "addr", "add", island.far + "/24", "dev", wire + "b");
            island.callThere("ip", "link", "set", wire + "b", "up");
            island.callThere("ip", "link", "set", "lo", "up");
            island.callThere("iptables", "-w", "-L", "-n");
            return island;
        } catch (IOException e) {
            island.close();
            throw new IOException("no network namespace can be made here: " + e.getMessage(), e);
        }
    }

    /** The machine's own address on the wire. */
    public String near() {
        return near;
    }

    /** The island's address. */
    public String far() {
        return far;
    }

    /** The command, to run there. */
    public List<String> there(List<String> command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(command);
        return all;
    }

    /** Every packet to and from it is lost; what is on it goes on among itself. */
    @Override
    public void cut() throws IOException {
        filter("-I");
    }

    @Override
    public void mend() throws IOException {
        filter("-D");
    }

    @Override
    public void close() {
        try {
            call("ip", "netns", "del", name);
        } catch (IOException e) {
            System.err.println("the network namespace " + name + " stays: " + e.getMessage());
        }
    }

    private void filter(String operation) throws IOException {
        callThere("iptables", "-w", operation, "INPUT", "!", "-i", "lo", "-j", "DROP");
        callThere("iptables", "-w", operation, "OUTPUT", "!", "-o", "lo", "-j", "DROP");
    }

    private void callThere(String... command) throws IOException {
        call(there(List.of(command)).toArray(String[]::new));
    }

    private static void call(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + ": " + said);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
