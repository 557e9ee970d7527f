package io.tomogrid.node.bench;

import io.tomogrid.node.NodeHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Memory of a node's processes as Linux tells it. */
final class Memory {
    private Memory() {}

    /**
     * Proportional set size (shared pages divided among their sharers) of this process, all that it started and its
     * database, in bytes by the process's name.
     */
    static Map<String, Long> ofNode(NodeHome home) throws IOException {
        Set<ProcessHandle> processes = new LinkedHashSet<>();
        add(ProcessHandle.current(), processes);
        Path pid = home.path().resolve("postgres/postmaster.pid");
        if (Files.exists(pid)) {
            ProcessHandle.of(Long.parseLong(Files.readAllLines(pid).get(0).strip()))
                    .ifPresent(p -> add(p, processes));
        }
        Map<String, Long> bytes = new LinkedHashMap<>();
        for (ProcessHandle process : processes) {
            bytes.merge(name(process), pss(process.pid()), Long::sum);
        }
        return bytes;
    }

    private static void add(ProcessHandle process, Set<ProcessHandle> all) {
        all.add(process);
        process.descendants().forEach(all::add);
    }

    private static String name(ProcessHandle process) throws IOException {
        List<String> words;
        try {
            words = List.of(Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
                    .split("\0"));
        } catch (NoSuchFileException ended) {
            return "ended";
        }
        for (String word : words) {
            if (word.matches("(org\\.apache\\.spark|io\\.tomogrid)\\.[A-Za-z.]+") && !word.endsWith("ChildMain")) {
                return word.substring(word.lastIndexOf('.') + 1);
            }
        }
        String program = words.get(0);
        return program.startsWith("postgres") || program.endsWith("postgres") ? "PostgreSQL" : "shells";
    }

    private static long pss(long pid) throws IOException {
        try {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps_rollup"))) {
                if (line.startsWith("Pss:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
            return 0;
        } catch (NoSuchFileException ended) {
            return 0;
        }
    }
}
