package io.tomogrid.agent;

import io.tomogrid.slices.Inventories;
import io.tomogrid.slices.InventoryException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Main class of the agent, see {@link AgentArguments#USAGE}; the token is in the environment variable TOMOGRID_TOKEN. Ends
 * its children on SIGTERM, and under {@link io.tomogrid.slices.process.ChildMain} with its supervisor.
 */
public final class AgentMain {
    private static final Logger log = LoggerFactory.getLogger(AgentMain.class);
    private static final int WRONG_USAGE = 2;
    private static final int FAILED = 1;

    private AgentMain() {}

    public static void main(String[] args) {
        AgentArguments arguments;
        try {
            arguments = AgentArguments.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + AgentArguments.USAGE);
            System.exit(WRONG_USAGE);
            return;
        }
        try {
            run(arguments, System.getenv("TOMOGRID_TOKEN"));
        } catch (IOException | InventoryException | IllegalArgumentException e) {
            System.err.println("the agent cannot start: " + e.getMessage());
            System.exit(FAILED);
        }
    }

    private static void run(AgentArguments arguments, String token) throws IOException, InventoryException {
        FileChannel owned = own(arguments);
        Inventories.Detected detected = detect(arguments);
        Optional<Agent.WorkerSpec> worker = arguments.spark().map(spark -> new WorkerCommand(arguments, spark, token));
        Agent agent = Agent.start(detected.inventory(), arguments.locks(), arguments.port(), token, worker);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(agent, owned), "ends-children"));
        System.out.println(
                "agent of " + arguments.host() + " listens on 127.0.0.1:" + agent.port() + "; " + detected.reason());
        if (arguments.portFile().isPresent()) {
            write(arguments.portFile().get(), Integer.toString(agent.port()));
        }
    }

    /** The agent itself holds a slice's lock while it destroys it, so the simulated GPU need not look. */
    private static Inventories.Detected detect(AgentArguments arguments) throws IOException, InventoryException {
        return switch (arguments.inventory()) {
            case AUTO -> Inventories.detect(arguments.host(), arguments.state(), key -> false);
            case NVML -> Inventories.nvml(arguments.host());
            case SIMULATED ->
                Inventories.simulated(arguments.host(), arguments.state(), key -> false, "it was asked for");
        };
    }

    /** Two that cut the same GPUs would undo each other's work. The lock ends with the process. */
    private static FileChannel own(AgentArguments arguments) throws IOException {
        Path file = Files.createDirectories(arguments.locks()).resolve("agent.lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            throw new IOException("another agent of this host holds " + file + "; end it, or give another --locks");
        }
        return channel;
    }

    private static void end(Agent agent, FileChannel owned) {
        agent.close();
        try {
            owned.close();
        } catch (IOException e) {
            log.warn("the lock of the agent did not close: {}", e.toString());
        }
    }

    private static void write(Path file, String text) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
