package io.tomogrid.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.tomogrid.node.command.ArchiveCommand;
import io.tomogrid.node.command.BenchCommand;
import io.tomogrid.node.command.DeliveriesCommand;
import io.tomogrid.node.command.DemoCommand;
import io.tomogrid.node.command.DoctorCommand;
import io.tomogrid.node.command.EngineCommand;
import io.tomogrid.node.command.GpuBundleCommand;
import io.tomogrid.node.command.GpuSelftestCommand;
import io.tomogrid.node.command.JobsCommand;
import io.tomogrid.node.command.LedgerCommand;
import io.tomogrid.node.command.LoginCommand;
import io.tomogrid.node.command.ModelsCommand;
import io.tomogrid.node.command.ReconstructCommand;
import io.tomogrid.node.command.ReprocessCommand;
import io.tomogrid.node.command.SendCommand;
import io.tomogrid.node.command.SlicesCommand;
import io.tomogrid.node.command.StudiesCommand;
import io.tomogrid.node.command.UpCommand;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line. Exit codes: 0 done, 1 it failed (one line says why), 2 the command was not understood. */
@Command(
        name = "tomogrid",
        description = "GPU-virtualized PET-CT processing cluster. Not for diagnosis.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            LoginCommand.class,
            SendCommand.class,
            StudiesCommand.class,
            DeliveriesCommand.class,
            ArchiveCommand.class,
            JobsCommand.class,
            ReconstructCommand.class,
            ReprocessCommand.class,
            SlicesCommand.class,
            EngineCommand.class,
            LedgerCommand.class,
            ModelsCommand.class,
            DoctorCommand.class,
            BenchCommand.class,
            GpuSelftestCommand.class,
            GpuBundleCommand.class
        })
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        quiet();
        System.exit(commandLine().execute(args));
    }

    /** Until a service sets up its log file, only warnings are for the terminal. */
    private static void quiet() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logback) {
            logback.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
        }
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println("tomogrid: " + reason(failure));
            if (System.getenv("TOMOGRID_DEBUG") != null) {
                failure.printStackTrace(command.getErr());
            }
            return 1;
        });
        line.setCaseInsensitiveEnumValuesAllowed(true);
        return line;
    }

    private static String reason(Throwable failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }
}
