package io.tomogrid.node.bench.heal;

import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.manager.peer.PeerRefused;
import io.tomogrid.manager.peer.PeerUnreachable;
import io.tomogrid.node.bench.cluster.BenchCluster;
import io.tomogrid.slices.GpuFault;
import io.tomogrid.slices.process.Supervised;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Every kind of fault that the numbers are asked for. */
enum FaultKind {
    EXECUTOR("executor", "its process is killed", Executor::new),
    WORKER("worker", "the process of Spark's Worker is killed", Worker::new),
    AGENT("agent", "its process is killed; its Worker goes on", Agent::new),
    MASTER("master", "the process of Spark's Master is killed", Master::new),
    DRIVER("driver", "the process of the Spark driver is killed", Driver::new),
    MANAGER("manager", "the process of the manager that schedules is killed, another one stands by", Manager::new),
    STOPPED("stopped executor", "its process is stopped (SIGSTOP) and holds its slice", Stopped::new),
    NETWORK("network cut", "nothing passes between the manager and the agent, and nobody is told", Network::new),
    XID48(
            "xid 48",
            "double-bit ECC error on the slice",
            () -> new Card(victim -> GpuFault.xid(0, 48, Optional.of(victim.slice())))),
    XID79("xid 79", "the GPU has fallen off the bus", () -> new Card(victim -> GpuFault.xid(0, 79, Optional.empty()))),
    LOST("lost device", "NVML finds the GPU no more", () -> new Card(victim -> GpuFault.of(0, GpuFault.Kind.LOST))),
    KERNEL("hung kernel", "a task never returns, its executor is well otherwise", Kernel::new);

    private final String label;
    private final String how;
    private final Supplier<Fault> maker;

    FaultKind(String label, String how, Supplier<Fault> maker) {
        this.label = label;
        this.how = how;
        this.maker = maker;
    }

    String label() {
        return label;
    }

    String how() {
        return how;
    }

    Fault make() {
        return maker.get();
    }

    /** @throws IllegalArgumentException naming those that there are */
    static FaultKind named(String label) {
        return List.of(values()).stream()
                .filter(kind -> kind.label.equals(label.strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no fault is called " + label + "; there are "
                        + String.join(
                                ", ",
                                List.of(values()).stream().map(FaultKind::label).toList())));
    }

    private static final class Executor implements Fault {
        @Override
        public void inject(BenchCluster cluster, Victim victim) {
            victim.executor().destroyForcibly();
        }

        @Override
        public boolean noticed(BenchCluster cluster, Victim victim) {
            return attemptEnded(cluster, victim);
        }
    }

    private static final class Stopped implements Fault {
        @Override
        public void inject(BenchCluster cluster, Victim victim) throws IOException {
            signal("-STOP", victim.executor().pid());
        }

        @Override
        public boolean noticed(BenchCluster cluster, Victim victim) {
            return attemptEnded(cluster, victim);
        }
    }

    private static final class Worker implements Fault {
        @Override
        public void inject(BenchCluster cluster, Victim victim) throws IOException {
            signal("-KILL", victim.host().worker());
        }

        @Override
        public boolean noticed(BenchCluster cluster, Victim victim) {
            return attemptEnded(cluster, victim);
        }
    }

    /** A part that its supervisor starts again. */
    private abstract static class Part implements Fault {
        private Supervised part;
        private int restartsBefore;

        abstract Supervised part(BenchCluster cluster, Victim victim) throws IOException;

        @Override
        public void inject(BenchCluster cluster, Victim victim) throws IOException {
            part = part(cluster, victim);
            restartsBefore = part.restarts();
            signal("-KILL", part.pid());
        }

        @Override
        public boolean noticed(BenchCluster cluster, Victim victim) throws IOException {
            return part.restarts() != restartsBefore || part.state() != Supervised.State.RUNNING || part.pid() < 0;
        }
    }

    private static final class Agent extends Part {
        @Override
        Supervised part(BenchCluster cluster, Victim victim) {
            return victim.host().agent();
        }
    }

    private static final class Master extends Part {
        @Override
        Supervised part(BenchCluster cluster, Victim victim) {
            return cluster.master();
        }
    }

    private static final class Driver extends Part {
        @Override
        Supervised part(BenchCluster cluster, Victim victim) {
            return cluster.driver();
        }

        @Override
        public boolean noticed(BenchCluster cluster, Victim victim) throws IOException {
            return !"up".equals(cluster.status().get("driver"));
        }
    }

    private static final class Manager extends Part {
        private Optional<String> before;

        @Override
        Supervised part(BenchCluster cluster, Victim victim) throws IOException {
            before = cluster.database().scheduler();
            return cluster.manager();
        }

        /** When the other one schedules. */
        @Override
        public boolean noticed(BenchCluster cluster, Victim victim) throws IOException {
            Optional<String> now = cluster.database().scheduler();
            return now.isPresent() && !now.equals(before);
        }
    }

    private static final class Network implements Fault {
        @Override
        public void inject(BenchCluster cluster, Victim victim) throws IOException {
            victim.host().link().cut();
        }

        @Override
        public boolean noticed(BenchCluster cluster, Victim victim) throws IOException {
            return ((List<?>) cluster.status().get("agents"))
                    .stream().anyMatch(agent -> !"up".equals(((Map<?, ?>) agent).get("state")));
        }

        @Override
        public void undo(BenchCluster cluster, Victim victim) throws IOException {
            victim.host().link().mend();
        }
    }

    /** What the GPU's driver would report. */
    private record Card(Function<Fault.Victim, GpuFault> what) implements Fault {
        @Override
        public void inject(BenchCluster cluster, Victim victim) throws IOException {
            victim.host().inject(what.apply(victim));
        }

        @Override
        public boolean noticed(BenchCluster cluster, Victim victim) throws IOException {
            return !victim.host().faults().isEmpty();
        }

        @Override
        public void undo(BenchCluster cluster, Victim victim) throws IOException {
            victim.host().repair();
        }
    }

    /** The stall limit bounds how long it is not noticed. */
    private static final class Kernel implements Fault {
        @Override
        public void inject(BenchCluster cluster, Victim victim) throws IOException {
            cluster.owners().hang(victim.slice());
        }

        @Override
        public boolean noticed(BenchCluster cluster, Victim victim) {
            return attemptEnded(cluster, victim);
        }

        @Override
        public void undo(BenchCluster cluster, Victim victim) throws IOException {
            cluster.owners().release(victim.slice());
        }
    }

    private static boolean attemptEnded(BenchCluster cluster, Fault.Victim victim) {
        try {
            return !(cluster.driverClient()
                            .outcome(victim.jobId(), victim.attempt())
                            .orElse(null)
                    instanceof TaskOutcome.Running);
        } catch (PeerUnreachable | PeerRefused driverIsDown) {
            return true;
        }
    }

    private static void signal(String signal, long pid) throws IOException {
        if (pid <= 0) {
            throw new IOException("there is no process to send " + signal + " to");
        }
        try {
            if (new ProcessBuilder("kill", signal, Long.toString(pid)).start().waitFor() != 0) {
                throw new IOException("process " + pid + " could not be sent " + signal);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
