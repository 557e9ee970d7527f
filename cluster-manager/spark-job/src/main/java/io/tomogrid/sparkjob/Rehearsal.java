package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.Engine;
import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.cluster.contract.TaskOutcome;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLease;
import io.tomogrid.slices.http.TokenServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A whole small Spark cluster that does one job of a slice that does not exist, so that the classes which every driver, Worker
 * and executor needs are known. The arguments name the file for the list of the executor's, and a folder to write to; this
 * process has its own list made by its command line.
 */
public final class Rehearsal {
    private static final String SLICE = "rehearsal-gpu0-1g-0";
    private static final String MEMORY = "512m";

    private Rehearsal() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        DriverArguments driver = new DriverArguments(
                new Engine.Ours("local-cluster[1,32,4096]"),
                0,
                Optional.empty(),
                folder.resolve("locks"),
                MEMORY,
                Duration.ofSeconds(60));
        SparkConf conf = DriverConf.of(driver)
                // what is said between the processes is signed in a cluster, too
                .set("spark.authenticate", "true")
                .set("spark.authenticate.secret", "rehearsal")
                .set("spark.worker.resourcesFile", resources(folder).toString())
                .set("spark.worker.resource." + SLICE + ".amount", "1");
        String options = conf.get("spark.executor.extraJavaOptions");
        conf.set("spark.executor.extraJavaOptions", options + " -XX:DumpLoadedClassList=" + arguments[0]);
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            SparkSliceJobs jobs = new SparkSliceJobs(spark, new NamedSlices(MEMORY));
            TaskRoutes routes = new TaskRoutes(
                    new TaskBoard(jobs, Clock.systemUTC()), new SliceExecutors(spark.sc())::vacate, "rehearsal");
            try (TokenServer server = TokenServer.start(0, "rehearsal", routes)) {
                TaskOutcome outcome = jobs.run(task(folder));
                System.out.println("rehearsed, with the outcome " + outcome + " behind port " + server.port());
            }
        }
    }

    private static Path resources(Path folder) throws IOException {
        return Files.writeString(
                folder.resolve("resources.json"),
                "[{\"id\":{\"componentName\":\"spark.worker\",\"resourceName\":\"" + SLICE + "\"},\"addresses\":[\""
                        + SLICE + "\"]}]");
    }

    private static ReconstructionTask task(Path folder) {
        Instant now = Instant.now();
        return new ReconstructionTask(
                "rehearsal",
                1,
                "selftest",
                "",
                new StudyComplete(1, "1.2.3", 1, StudyComplete.Completeness.QUIET_PERIOD, List.of()),
                new SliceLease(SliceKey.parse(SLICE), 1, "rehearsal", now, now.plus(Duration.ofMinutes(10)), "", true),
                folder.toUri().toString(),
                folder.resolve("staging").toUri().toString(),
                "http://127.0.0.1:1",
                "hold-0ms",
                List.of());
    }
}
