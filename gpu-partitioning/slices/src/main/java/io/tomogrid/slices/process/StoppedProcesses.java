package io.tomogrid.slices.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends processes that a signal has stopped (SIGSTOP). Such a one keeps its slice and its connections, so that everybody else
 * only sees it silent, as a busy one may be; the kernel's state of it tells the two apart. Linux only: elsewhere it sees none.
 */
final class StoppedProcesses {
    private static final Logger log = LoggerFactory.getLogger(StoppedProcesses.class);
    private static final char STOPPED = 'T';

    /** To find what a process has started, the system reads of all that there are: milliseconds, so not at every look. */
    private static final int LOOKS_PER_SEARCH = 4;

    private List<ProcessHandle> known = List.of();
    private Set<ProcessHandle> before = Set.of();
    private int looks;

    /** Kills the child, or what it has started, where it is stopped at two looks in a row; a debugger's halt counts not. */
    void kill(ProcessHandle child) {
        if (looks++ % LOOKS_PER_SEARCH == 0) {
            known = child.descendants().toList();
        }
        Set<ProcessHandle> now = Stream.concat(Stream.of(child), known.stream())
                .filter(StoppedProcesses::stopped)
                .collect(Collectors.toSet());
        Set<ProcessHandle> still = new HashSet<>(now);
        still.retainAll(before);
        for (ProcessHandle process : still) {
            log.warn("process {} was stopped by a signal; it is killed", process.pid());
            process.destroyForcibly();
        }
        before = now;
    }

    /** See proc(5), /proc/pid/stat: the state follows the name, which may have any character in it. */
    private static boolean stopped(ProcessHandle process) {
        try {
            String stat = Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), "stat"), StandardCharsets.ISO_8859_1);
            int behindName = stat.lastIndexOf(')') + 2;
            return behindName < stat.length() && stat.charAt(behindName) == STOPPED;
        } catch (IOException hasEnded) {
            return false;
        }
    }
}
