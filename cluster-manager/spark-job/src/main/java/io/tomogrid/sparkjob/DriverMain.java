package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.Engine;
import io.tomogrid.slices.http.TokenServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Spark driver's process. It ends when Spark ends the application, so that whoever keeps it starts a new one; the new one
 * knows none of the old one's tasks.
 */
public final class DriverMain {
    private static final Logger log = LoggerFactory.getLogger(DriverMain.class);

    private DriverMain() {}

    public static void main(String[] arguments) {
        try {
            start(DriverArguments.parse(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + DriverArguments.USAGE);
            System.exit(2);
        } catch (Exception e) {
            log.error("the driver cannot start; is the Master up?", e);
            // Spark's threads would keep a half-started process alive
            System.exit(1);
        }
    }

    private static void start(DriverArguments arguments) throws IOException {
        String token = Token.ofThisProcess()
                .orElseThrow(
                        () -> new IllegalArgumentException("no token: set the environment variable TOMOGRID_TOKEN"));
        // before Spark starts, whose executors may tell of themselves at once
        Placing placing = placing(arguments);
        JavaSparkContext spark = new JavaSparkContext(DriverConf.of(arguments));
        endWithApplication(spark);
        TaskBoard board = new TaskBoard(new SparkSliceJobs(spark, placing), Clock.systemUTC());
        if (placing instanceof GivenDevices devices) {
            spark.sc().addSparkListener(devices);
        }
        SliceExecutors executors = new SliceExecutors(spark.sc());
        spark.sc().addSparkListener(executors);
        SlicePlugin.tellStages(report -> board.reached(report.task(), report.stage()));
        String application = spark.sc().applicationId();
        TokenServer server =
                TokenServer.start(arguments.port(), token, new TaskRoutes(board, executors::vacate, application));
        if (arguments.portFile().isPresent()) {
            write(arguments.portFile().get(), server.port());
        }
        log.info("driver {} listens on 127.0.0.1:{}", application, server.port());
    }

    private static Placing placing(DriverArguments arguments) {
        if (arguments.engine() instanceof Engine.Ours) {
            return new NamedSlices(arguments.executorMemory());
        }
        GivenDevices devices = new GivenDevices();
        SlicePlugin.tellDevices(devices::add);
        return devices;
    }

    private static void endWithApplication(JavaSparkContext spark) {
        spark.sc().addSparkListener(new SparkListener() {
            @Override
            public void onApplicationEnd(SparkListenerApplicationEnd end) {
                log.warn("the Spark application has ended, and so does its driver");
                // in a thread of its own: the context stops only after its listeners have returned
                new Thread(() -> System.exit(1), "end-with-application").start();
            }
        });
    }

    /** In one step, so that a reader never sees half of it. */
    private static void write(Path portFile, int port) throws IOException {
        Path part = portFile.resolveSibling(portFile.getFileName() + ".part");
        Files.writeString(part, Integer.toString(port));
        Files.move(part, portFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
