package io.tomogrid.agent;

import io.tomogrid.slices.AsCut;
import io.tomogrid.slices.Inventories;
import io.tomogrid.slices.InventoryException;
import io.tomogrid.slices.converge.GpuOwner;
import io.tomogrid.slices.http.Door;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Main class of the agent, see {@link AgentArguments#USAGE}; the token is in the environment variable TOMOGRID_TOKEN, the key
 * store's password in TOMOGRID_TLS_PASSWORD. Ends
 * its children on SIGTERM, and under {@link io.tomogrid.slices.process.ChildMain} with its supervisor.
 */
public final class AgentMain {
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
            run(arguments, System.getenv("TOMOGRID_TOKEN"), System.getenv("TOMOGRID_TLS_PASSWORD"));
        } catch (IOException | InventoryException | IllegalArgumentException e) {
            System.err.println("the agent cannot start: " + e.getMessage());
            System.exit(FAILED);
        }
    }

    private static void run(AgentArguments arguments, String token, String tlsPassword)
            throws IOException, InventoryException {
        Door door = arguments.door().open(tlsPassword);
        Inventories.Detected detected = detect(arguments);
        Optional<Workers.Spec> worker = arguments.spark().map(spark -> new WorkerCommand(arguments, spark, token));
        Path owners = arguments
                .owners()
                .orElseGet(() -> detected.simulated() ? arguments.locks() : GpuOwner.wellKnownOr(arguments.locks()));
        Agent agent = Agent.start(
                arguments.asCut() ? new AsCut(detected.inventory()) : detected.inventory(),
                new AgentSettings(arguments.state(), arguments.locks(), owners, arguments.controlGroups(), door, token),
                worker);
        Runtime.getRuntime().addShutdownHook(new Thread(agent::close, "ends-children"));
        System.out.println(
                "agent of " + arguments.host() + " listens on " + (door.tls().isPresent() ? "https" : "http") + "://"
                        + door.address() + ":" + agent.port() + "; " + detected.reason());
        if (arguments.portFile().isPresent()) {
            write(arguments.portFile().get(), Integer.toString(agent.port()));
        }
    }

    /** The agent itself holds a slice's lock while it destroys it, so the simulated GPU need not look. */
    private static Inventories.Detected detect(AgentArguments arguments) throws IOException, InventoryException {
        if (arguments.inventory() == AgentArguments.Source.SIMULATED) {
            return simulated(arguments, "it was asked for");
        }
        try {
            return Inventories.nvml(arguments.host());
        } catch (InventoryException e) {
            if (arguments.inventory() == AgentArguments.Source.NVML) {
                throw e;
            }
            return simulated(arguments, e.getMessage());
        }
    }

    private static Inventories.Detected simulated(AgentArguments arguments, String reason) throws IOException {
        AgentArguments.Simulated gpus = arguments.simulated();
        return Inventories.simulated(
                arguments.host(), arguments.state(), gpus.model(), gpus.count(), key -> false, reason);
    }

    private static void write(Path file, String text) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
